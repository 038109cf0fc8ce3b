/*
 * http/accept: the most precise range decides, the first offer where all is alike.
 */
#include "http/accept.h"
#include "http/qvalue.h"

#include "unit.h"

static const struct span offers[] = {SPAN("text/plain"), SPAN("application/json"),
                                     SPAN("text/html")};

enum { PLAIN, JSON, HTML, OFFERS };

static const struct {
    struct span accept; /* lines, separated by "\n" */
    size_t best;
} rows[] = {
    {SPAN(""), PLAIN},
    {SPAN("*/*"), PLAIN},
    {SPAN("text/html"), HTML},
    {SPAN("TEXT/Html"), HTML},
    {SPAN("application/json"), JSON},
    {SPAN("text/html, application/json"), JSON},
    {SPAN("text/html\napplication/json;q=0.999"), HTML},
    {SPAN("text/*"), PLAIN},
    {SPAN("application/*"), JSON},
    {SPAN("application/*;q=0.5, text/*;q=0.4"), JSON},
    {SPAN("text/*;q=0.9, text/plain;q=0.1"), HTML},
    {SPAN("text/plain;q=0.1, text/*;q=0.9"), HTML},
    {SPAN("*/*;q=0.9, text/*;q=0.1"), JSON},
    {SPAN("text/plain;q=0, */*"), JSON},
    {SPAN("text/plain ; q=0.2 , text/html\t;\tq=0.3"), HTML},
    {SPAN("text/html;level=1"), PLAIN}, /* a parameter of which nothing here has one */
    {SPAN("text/html;q=0.5;level=1"), HTML},
    {SPAN("text/html;charset=utf-8"), HTML},
    {SPAN("text/html; Charset=\"UTF-8\" ; q=0.5, application/json;q=0.4"), HTML},
    {SPAN("text/html;charset=utf-8;level=1"), PLAIN},
    {SPAN("text/html;charset=utf-16"), PLAIN},
    {SPAN("text/html;charset=utf-8;"), PLAIN},
    {SPAN("text/html;"), PLAIN},
    {SPAN("text/html;q="), PLAIN},
    {SPAN("text/html;q=1.001"), PLAIN},
    {SPAN("text/html;q=0.-"), PLAIN},
    {SPAN("text/html;q=2"), PLAIN},
    {SPAN("text"), PLAIN},
    {SPAN("text/"), PLAIN},
    {SPAN("text/x"), PLAIN},
    {SPAN("tex*/x"), PLAIN},
    {SPAN("applications/*"), PLAIN},
    {SPAN("application.*"), PLAIN},
    {SPAN("*/json"), PLAIN},
    {SPAN("*"), PLAIN},
    {SPAN("image/*, */*;q=0.1"), PLAIN},
    {SPAN("text/html,,application/json;q=0.1,"), HTML},
};

static void take_lines(struct fields *fields, struct span lines)
{
    fields_begin(fields, 0);
    while (lines.len) {
        struct span value = span_cut(&lines, '\n');
        fields->rows[fields->count++] = (struct field){FIELD_ACCEPT, SPAN("Accept"), value};
        fields->lines_of[FIELD_ACCEPT]++;
    }
}

static void known(void)
{
    static struct fields fields;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (enum guard side = 0; side < GUARDS; side++) {
            unit_about(rows[i].accept);
            take_lines(&fields, guard_copy(side, rows[i].accept));
            CHECK(accept_choose(&fields, offers, OFFERS) == rows[i].best);
            CHECK(accept_choose(&fields, offers, 1) == 0);
        }
}

/* ---- Weights ---- */

static const struct {
    struct span text;
    int weight; /* -1: refused */
} weights[] = {
    {SPAN("0"), 0},       {SPAN("0."), 0},       {SPAN("0.5"), 500},     {SPAN("0.05"), 50},
    {SPAN("0.005"), 5},   {SPAN("0.999"), 999},  {SPAN("1"), 1000},      {SPAN("1."), 1000},
    {SPAN("1.0"), 1000},  {SPAN("1.000"), 1000}, {SPAN("1.001"), -1},    {SPAN("0.0005"), -1},
    {SPAN(""), -1},       {SPAN("2"), -1},       {SPAN("-1"), -1},       {SPAN("00"), -1},
    {SPAN("0,5"), -1},    {SPAN("0.-5"), -1},    {SPAN("0.:5"), -1},     {SPAN(".5"), -1},
    {SPAN("1.0000"), -1}, {SPAN("0.5 "), -1},    {SPAN("\xC2\xBD"), -1},
};

static void check_weights(void)
{
    for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++)
        for (enum guard side = 0; side < GUARDS; side++) {
            int weight = -1;
            unit_about(weights[i].text);
            bool read = qvalue_parse(guard_copy(side, weights[i].text), &weight);
            CHECK(read == (weights[i].weight >= 0));
            CHECK(!read || weight == weights[i].weight);
        }
}

int main(void)
{
    known();
    check_weights();
    return unit_end();
}
