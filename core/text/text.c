/* text.c - the table of the toolkit, and what is UTF-8 and what is not. */
#include "text/text.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/sink.h"

size_t text_utf8_valid(const char *p, size_t n)
{
    return utf8_valid_prefix(p, n);
}

size_t text_utf8_repair(const char *p, size_t n, char *out, size_t cap,
                        wq_flaws *flaws)
{
    struct sink to = { out, cap, 0 };
    if (flaws) flaws->n = 0;
    for (size_t i = 0; i < n;) {
        size_t valid = utf8_valid_prefix(p + i, n - i);
        sink_put(&to, p + i, valid);
        i += valid;
        if (i == n) break;
        size_t bytes = utf8_ill_formed(p + i, n - i);
        sink_flaw(&to, flaws, i, bytes);
        sink_put(&to, "\xEF\xBF\xBD", 3); /* U+FFFD */
        i += bytes;
    }
    return to.n;
}

static const wq_text toolkit = {
    .size = sizeof toolkit,
    .fold_id = FOLD_ID,
    .utf8_valid = text_utf8_valid,
    .category = text_category,
    .script = text_script,
    .scripts = text_scripts,
    .fold = text_fold,
    .hash = text_hash,
    .fold_hash = text_fold_hash,
    .words = text_words,
    .sentences = text_sentences,
    .is_nfc = text_is_nfc,
    .nfc = text_nfc,
    .graphemes = text_graphemes,
    .fold_map = text_fold_map,
    .utf8_repair = text_utf8_repair,
    .script_runs = text_script_runs,
    .charset = text_charset,
    .charset_name = text_charset_name,
    .charset_decode = text_charset_decode,
    .charset_encode = text_charset_encode,
    .charset_byte = text_charset_byte,
};

const wq_text *text_toolkit(void)
{
    return &toolkit;
}
