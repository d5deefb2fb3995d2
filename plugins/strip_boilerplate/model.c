/* model.c - reads weights and finds the best path of states.  See model.h. */
#include "model.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEATURE_VALUES(id, name, values) values,
#define FEATURE_NAME(id, name, values) #name,
static const uint8_t group_values[] = { FEATURE_TABLE(FEATURE_VALUES) };
static const char *const group_names[] = { FEATURE_TABLE(FEATURE_NAME) };
#define MAX_VALUES 64

static const char *const state_names[STATES] = { "before", "body", "inserted",
                                                 "after" };

struct model {
    float weight[FEATURE_GROUPS][MAX_VALUES][STATES];
    float step[STATES][STATES]; /* from, to; -INFINITY: never */
};

/* What can follow what; the picture in model.h. */
static const uint8_t may_follow[STATES][STATES] = {
    [STATE_BEFORE] = { [STATE_BEFORE] = 1, [STATE_BODY] = 1 },
    [STATE_BODY] = { [STATE_BODY] = 1, [STATE_INSERTED] = 1,
                     [STATE_AFTER] = 1 },
    [STATE_INSERTED] = { [STATE_BODY] = 1, [STATE_INSERTED] = 1 },
    [STATE_AFTER] = { [STATE_AFTER] = 1 },
};

/* Reads "-1.25" at the front of a column: digits, at most one point.  Own code,
 * since strtod follows the locale.  Returns 0, or -1: not such a number. */
static int read_weight(wq_str s, float *out)
{
    double value = 0, unit = 1;
    size_t i = 0, digits = 0;
    int negative = s.n && s.p[0] == '-', point = 0;
    for (i = (size_t)negative; i < s.n; i++) {
        if (s.p[i] == '.' && !point) {
            point = 1;
        } else if (s.p[i] >= '0' && s.p[i] <= '9') {
            value = value * 10 + (s.p[i] - '0');
            if (point) unit *= 10;
            digits++;
        } else {
            return -1;
        }
    }
    *out = (float)((negative ? -value : value) / unit);
    return digits && digits < 10 ? 0 : -1;
}

static size_t find(const char *const *names, size_t n, wq_str name)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(names[i]) == name.n && !memcmp(names[i], name.p, name.n))
            return i;
    return n;
}

/* Reads one line: group, value, a weight for each state; or "from", state, a
 * weight for each next state.  Returns NULL, or what is wrong. */
static const char *read_line(struct model *model, wq_str line)
{
    float weights[STATES], value = 0;
    wq_str name = next_column(&line), which = next_column(&line);
    for (size_t s = 0; s < STATES; s++)
        if (read_weight(next_column(&line), &weights[s]) < 0)
            return "a weight is not a number";
    if (line.n) return "there are too many columns";
    if (name.n == 4 && !memcmp(name.p, "from", 4)) {
        size_t from = find(state_names, STATES, which);
        if (from == STATES) return "no such state";
        for (size_t to = 0; to < STATES; to++)
            model->step[from][to] =
                may_follow[from][to] ? weights[to] : -INFINITY;
        return NULL;
    }
    size_t group = find(group_names, FEATURE_GROUPS, name);
    if (group == FEATURE_GROUPS) return "no such feature";
    if (read_weight(which, &value) < 0 || value < 0 ||
        value >= group_values[group])
        return "no such value of the feature";
    memcpy(model->weight[group][(size_t)value], weights, sizeof weights);
    return NULL;
}

struct model *model_new(wq_str content, long *line_number, const char **why)
{
    struct model *model = calloc(1, sizeof *model);
    *line_number = 0;
    if (!model) return NULL;
    while (content.n) {
        const char *eol = memchr(content.p, '\n', content.n);
        wq_str line = content;
        if (eol) line.n = (size_t)(eol - content.p);
        content.p += line.n + (eol != NULL);
        content.n -= line.n + (eol != NULL);
        ++*line_number;
        if (!line.n || line.p[0] == '#') continue;
        *why = read_line(model, line);
        if (*why) {
            free(model);
            return NULL;
        }
    }
    return model;
}

/* Scores of unit i for each state, its neighbours apart. */
static void score_unit(const struct model *model, const struct context *c,
                       size_t i, float bias, float scores[STATES])
{
    uint8_t values[FEATURE_GROUPS];
    uint8_t kind = c->around[i].kind;
    features_of(c, i, values);
    for (size_t s = 0; s < STATES; s++) scores[s] = 0;
    if (kind <= UNIT_SENTENCE) scores[STATE_BODY] = bias;
    if (kind == UNIT_LONG) scores[STATE_BODY] = bias / 2;
    for (size_t g = 0; g < FEATURE_GROUPS; g++)
        for (size_t s = 0; s < STATES; s++)
            scores[s] += model->weight[g][values[g]][s];
}

void model_decide(const struct model *model, const struct context *c,
                  double bias, uint8_t *states, uint8_t *steps)
{
    float best[STATES] = { 0 }, unit[STATES];
    for (size_t i = 0; i < c->n; i++) {
        float next[STATES];
        score_unit(model, c, i, (float)bias, unit);
        for (size_t to = 0; to < STATES; to++) {
            /* The first unit is before the body or its beginning; a text of
             * nothing but what follows a body has none. */
            next[to] = i || to == STATE_BEFORE || to == STATE_BODY ? 0
                                                                   : -INFINITY;
            steps[i * STATES + to] = (uint8_t)to;
            for (size_t from = 0; i && from < STATES; from++) {
                float score = best[from] + model->step[from][to];
                if (from && score <= next[to]) continue;
                next[to] = score;
                steps[i * STATES + to] = (uint8_t)from;
            }
            next[to] += unit[to];
        }
        memcpy(best, next, sizeof best);
    }
    size_t state = STATE_BEFORE;
    best[STATE_INSERTED] = -INFINITY; /* nothing inserted ends a text */
    for (size_t s = 1; s < STATES; s++)
        if (best[s] > best[state]) state = s;
    for (size_t i = c->n; i-- > 0;) {
        states[i] = (uint8_t)state;
        state = steps[i * STATES + state];
    }
}
