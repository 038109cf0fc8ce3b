#include "http/qvalue.h"

/* qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3"0" ] ) */
bool qvalue_parse(struct span text, int *weight)
{
    if (text.len == 0 || text.len > 5 || (text.at[0] != '0' && text.at[0] != '1') ||
        (text.len > 1 && text.at[1] != '.'))
        return false;
    int thousandths = text.at[0] == '1' ? QVALUE_ONE : 0;
    int unit = QVALUE_ONE / 10;
    for (size_t i = 2; i < text.len; i++, unit /= 10) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        thousandths += unit * (text.at[i] - '0');
    }
    *weight = thousandths;
    return thousandths <= QVALUE_ONE;
}

bool qvalue_parse_parameter(struct span text, int *weight)
{
    return span_starts_nocase(text, SPAN("q=")) && qvalue_parse(span_after(text, 2), weight);
}
