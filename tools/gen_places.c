/* gen_places.c - writes plugins/tag/data/places.tsv, the gazetteer `tag` ships.
 *
 * Sources: CLDR names of territories and of the time zones' cities (through
 * ICU), and GeoNames places of 15,000 people or more with their names in other
 * languages (Debian packages libgeonames-common, libgeonames-dev).  The file
 * is committed; building warraq needs neither.  To make it anew:
 *
 *   cc tools/gen_places.c -o gen_places \
 *      $(pkg-config --cflags --libs geonames icu-i18n icu-uc)
 *   ./gen_places > plugins/tag/data/places.tsv
 *
 * A line is: key, canonical name (empty here), type, id.  Where two sources
 * have one key, the first written wins when the file is loaded: territories,
 * then cities by falling population, then provinces, then CLDR cities. */
#include <geonames.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/uldnames.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

/* Place names are also surnames, firms and common words ("Reading", "Mobile",
 * الجديدة): the smaller the place, the rarer it is what was meant.  So a name
 * of one word needs a large city, unless the paper is at home there; and a
 * short word a very large one.  Population each needs: */
static const struct language {
    const char *code;
    const char *home; /* countries of the language's papers */
    unsigned one_word, one_word_home, one_word_short, words;
    const char *first, *last; /* the script's letters begin so (UTF-8) */
} languages[] = {
    { "ar",
      "SA EG IQ SY LB JO PS IL YE OM AE QA BH KW LY TN DZ MA MR SD SO DJ "
      "KM SS IR TR",
      100000, 30000, 500000, 15000, "\xD8", "\xDB" },
    { "en", "US GB CA AU IE NZ", 200000, 200000, 1000000, 100000, "A", "Z" },
};
/* Letters, as bytes, of a short word: four in Arabic or Latin. */
static size_t short_bytes(const struct language *l)
{
    return l->first[0] == 'A' ? 4 : 8;
}

struct city {
    char id[16], country[4];
    unsigned population;
};

/* ---- gettext catalogues: name of an id ----------------------------------- */
struct catalogue {
    char *bytes;
    uint32_t n, originals, translations;
};

static uint32_t word_at(const struct catalogue *c, uint32_t at)
{
    uint32_t v;
    memcpy(&v, c->bytes + at, sizeof v);
    return v;
}

static struct catalogue catalogue_open(const char *code)
{
    struct catalogue c = { 0 };
    char path[128];
    snprintf(path, sizeof path, "/usr/share/locale/%s/LC_MESSAGES/geonames.mo",
             code);
    gsize size = 0;
    if (!g_file_get_contents(path, &c.bytes, &size, NULL)) {
        fprintf(stderr, "gen_places: cannot read %s\n", path);
        exit(1);
    }
    c.n = word_at(&c, 8);
    c.originals = word_at(&c, 12);
    c.translations = word_at(&c, 16);
    return c;
}

/* The i-th pair; both strings are NUL-terminated in the file. */
static void catalogue_pair(const struct catalogue *c, uint32_t i,
                           const char **id, const char **name)
{
    *id = c->bytes + word_at(c, c->originals + 8 * i + 4);
    *name = c->bytes + word_at(c, c->translations + 8 * i + 4);
}

static const char *catalogue_find(const struct catalogue *c, const char *id)
{
    uint32_t lo = 0, hi = c->n; /* sorted by id, as msgfmt writes them */
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const char *key, *name;
        catalogue_pair(c, mid, &key, &name);
        int order = strcmp(key, id);
        if (order == 0) return name;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

/* ---- one line of the gazetteer ------------------------------------------- */
static GHashTable *written;

/* Writes a name unless the same name stands already; marks of direction,
 * brackets and what follows a comma go ("أموس، كيبك"). */
static void write_name(const struct language *l, const char *name,
                       const char *space, const char *id)
{
    static const char *const ends[] = { "،", ",", "(", "/", "\t", NULL };
    char out[128];
    size_t n = 0;
    if (name[0] < l->first[0] || name[0] > l->last[0]) return;
    for (const char *p = name; *p && n < sizeof out - 4;) {
        int end = 0;
        for (int i = 0; ends[i]; i++)
            end |= !strncmp(p, ends[i], strlen(ends[i]));
        if (end) break;
        if (!strncmp(p, "\xE2\x80\x8E", 3) || !strncmp(p, "\xE2\x80\x8F", 3))
            p += 3; /* LRM, RLM */
        else
            out[n++] = *p++;
    }
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = 0;
    if (n < 3 || !g_hash_table_add(written, g_strdup(out))) return;
    printf("%s\t\tLOC\t%s:%s\n", out, space, id);
}

/* ---- sources ------------------------------------------------------------- */
static void utf8(const UChar *text, char *out, int32_t cap)
{
    UErrorCode e = U_ZERO_ERROR;
    u_strToUTF8(out, cap, NULL, text, -1, &e);
    if (U_FAILURE(e)) out[0] = 0;
}

static void write_territories(const struct language *l)
{
    static const char *const regions[] = { "002", "003", "005", "009",
                                           "013", "019", "029", "142",
                                           "150", "419", "XK" };
    const char *const *countries = uloc_getISOCountries();
    int n_countries = 0, n_regions = sizeof regions / sizeof *regions;
    while (countries[n_countries])
        n_countries++;
    UDisplayContext lengths[] = { UDISPCTX_LENGTH_FULL, UDISPCTX_LENGTH_SHORT };
    for (int k = 0; k < 2; k++) {
        UErrorCode e = U_ZERO_ERROR;
        ULocaleDisplayNames *names =
            uldn_openForContext(l->code, lengths + k, 1, &e);
        for (int i = 0; i < n_countries + n_regions; i++) {
            const char *code = i < n_countries ? countries[i]
                                               : regions[i - n_countries];
            UChar wide[128];
            char name[256];
            e = U_ZERO_ERROR;
            uldn_regionDisplayName(names, code, wide, 128, &e);
            if (U_FAILURE(e)) continue;
            utf8(wide, name, sizeof name);
            if (strcmp(name, code)) write_name(l, name, "cldr", code);
        }
        uldn_close(names);
    }
}

static int by_population(const void *a, const void *b)
{
    const struct city *x = a, *y = b;
    if (x->population != y->population)
        return x->population < y->population ? 1 : -1;
    return strcmp(x->id, y->id);
}

static void write_cities(const struct language *l, const struct catalogue *c,
                         const struct city *cities, int n)
{
    for (int i = 0; i < n; i++) {
        const char *name = catalogue_find(c, cities[i].id);
        if (!name) continue;
        unsigned least = l->one_word;
        if (strchr(name, ' '))
            least = l->words;
        else if (strlen(name) <= short_bytes(l))
            least = l->one_word_short;
        else if (strstr(l->home, cities[i].country))
            least = l->one_word_home;
        if (cities[i].population >= least)
            write_name(l, name, "geonames", cities[i].id);
    }
}

/* Provinces: ids such as "SA.10", not numbers.  Arabic ones also without the
 * word for what they are ("ولاية هلمند"), as papers write them. */
static void write_provinces(const struct language *l, const struct catalogue *c)
{
    static const char *const kinds[] = { "محافظة ", "منطقة ", "ولاية ",
                                         "مقاطعة ", "إقليم ", "إمارة ",
                                         NULL };
    for (uint32_t i = 0; i < c->n; i++) {
        const char *id, *name;
        catalogue_pair(c, i, &id, &name);
        if (strchr(id, '.') && (!strcmp(l->code, "ar") || strchr(name, ' ')))
            write_name(l, name, "geonames", id);
        for (int k = 0; strchr(id, '.') && kinds[k]; k++)
            if (!strncmp(name, kinds[k], strlen(kinds[k])))
                write_name(l, name + strlen(kinds[k]), "geonames", id);
    }
}

static void write_zone_cities(const struct language *l)
{
    static const UChar pattern[] = { 'V', 'V', 'V', 0 };
    UErrorCode e = U_ZERO_ERROR;
    UEnumeration *zones = ucal_openTimeZoneIDEnumeration(
        UCAL_ZONE_TYPE_CANONICAL_LOCATION, NULL, NULL, &e);
    const UChar *zone;
    int32_t n;
    while ((zone = uenum_unext(zones, &n, &e)) && U_SUCCESS(e)) {
        UChar wide[128];
        char id[64], name[256];
        UDateFormat *f = udat_open(UDAT_PATTERN, UDAT_PATTERN, l->code, zone, n,
                                   pattern, -1, &e);
        udat_format(f, 0, wide, 128, NULL, &e);
        udat_close(f);
        if (U_FAILURE(e)) break;
        utf8(wide, name, sizeof name);
        utf8(zone, id, sizeof id);
        write_name(l, name, "cldr", id);
    }
    uenum_close(zones);
}

int main(void)
{
    int n = geonames_get_n_cities();
    struct city *cities = g_new0(struct city, n);
    for (int i = 0; i < n; i++) {
        GeonamesCity *c = geonames_get_city(i);
        const char *id = NULL;
        g_variant_get_child(c, 0, "&s", &id);
        snprintf(cities[i].id, sizeof cities[i].id, "%s", id);
        snprintf(cities[i].country, sizeof cities[i].country, "%s",
                 geonames_city_get_country_code(c));
        cities[i].population = geonames_city_get_population(c);
        geonames_city_free(c);
    }
    qsort(cities, (size_t)n, sizeof *cities, by_population);
    written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    puts("# Generated by tools/gen_places.c from CLDR (Unicode licence) and "
         "GeoNames (CC BY 4.0): see NOTICE.");
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        struct catalogue c = catalogue_open(languages[i].code);
        write_territories(languages + i);
        write_cities(languages + i, &c, cities, n);
        write_provinces(languages + i, &c);
        write_zone_cities(languages + i);
        g_free(c.bytes);
    }
    return 0;
}
