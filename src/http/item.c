#include "http/item.h"

#include "http/octet.h"

enum { INTEGER_DIGITS_MAX = 15, DECIMAL_DIGITS_MAX = 12, FRACTION_DIGITS_MAX = 3 };

/* The readers below take what they read off the front of *rest, and say whether it was there. */

static bool take(struct span *rest, char c)
{
    if (rest->len == 0 || rest->at[0] != c)
        return false;
    *rest = span_after(*rest, 1);
    return true;
}

static struct span take_while(struct span *rest, bool (*is)(char))
{
    size_t len = 0;
    while (len < rest->len && is(rest->at[len]))
        len++;
    struct span taken = {rest->at, len};
    *rest = span_after(*rest, len);
    return taken;
}

static bool is_space(char c)
{
    return c == ' ';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_alpha(char c)
{
    return is_lower((char)(c | 0x20));
}

static bool is_lower_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool is_key(char c)
{
    return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*';
}

static bool is_in_token(char c)
{
    return octet_is(c, OCTET_TOKEN) || c == ':' || c == '/';
}

static bool is_printable(char c)
{
    return (unsigned char)(c - ' ') <= '~' - ' ';
}

static bool is_base64(char c)
{
    return is_alpha(c) || is_digit(c) || c == '+' || c == '/' || c == '=';
}

/* ---- Bare items ---- */

static bool read_boolean(struct span *rest, bool *value)
{
    if (!take(rest, '?') || rest->len == 0 || (rest->at[0] != '0' && rest->at[0] != '1'))
        return false;
    *value = rest->at[0] == '1';
    *rest = span_after(*rest, 1);
    return true;
}

static bool pass_number(struct span *rest, bool may_be_decimal)
{
    take(rest, '-');
    size_t digits = take_while(rest, is_digit).len;
    if (digits == 0 || digits > INTEGER_DIGITS_MAX)
        return false;
    if (!take(rest, '.'))
        return true;
    size_t fraction = take_while(rest, is_digit).len;
    return may_be_decimal && digits <= DECIMAL_DIGITS_MAX && fraction >= 1 &&
           fraction <= FRACTION_DIGITS_MAX;
}

/* A string (§4.2.5) or a display string (§4.2.10) behind its first quotation mark; mark is what
 * stands before an escape. That a display string is UTF-8 is nobody's concern here. */
static bool pass_quoted(struct span *rest, char mark, bool (*pass_escape)(struct span *rest))
{
    while (rest->len && is_printable(rest->at[0])) {
        if (take(rest, '"'))
            return true;
        if (!take(rest, mark))
            *rest = span_after(*rest, 1);
        else if (!pass_escape(rest))
            return false;
    }
    return false;
}

static bool pass_backslashed(struct span *rest)
{
    return take(rest, '"') || take(rest, '\\');
}

static bool pass_two_digits(struct span *rest)
{
    if (rest->len < 2 || !is_lower_hex(rest->at[0]) || !is_lower_hex(rest->at[1]))
        return false;
    *rest = span_after(*rest, 2);
    return true;
}

static bool pass_bare_item(struct span *rest)
{
    bool value;
    char first = '\0';
    if (rest->len)
        first = rest->at[0];
    if (first == '?')
        return read_boolean(rest, &value);
    if (take(rest, '"'))
        return pass_quoted(rest, '\\', pass_backslashed);
    if (take(rest, '%'))
        return take(rest, '"') && pass_quoted(rest, '%', pass_two_digits);
    if (take(rest, ':')) {
        take_while(rest, is_base64);
        return take(rest, ':');
    }
    if (take(rest, '@'))
        return pass_number(rest, false);
    if (is_alpha(first) || first == '*') {
        take_while(rest, is_in_token);
        return true;
    }
    return pass_number(rest, true);
}

/* ---- Items ---- */

/* Parameters, and nothing behind them. */
static bool ends_well(struct span rest)
{
    while (take(&rest, ';')) {
        take_while(&rest, is_space);
        if (rest.len == 0 || !(is_lower(rest.at[0]) || rest.at[0] == '*'))
            return false;
        take_while(&rest, is_key);
        if (take(&rest, '=') && !pass_bare_item(&rest))
            return false;
    }
    return rest.len == 0;
}

static bool find(const struct fields *fields, enum field_id id, struct span *value)
{
    *value = fields_value(fields, id);
    return fields->lines_of[id] == 1;
}

bool item_boolean(const struct fields *fields, enum field_id id, bool *value)
{
    struct span rest;
    return find(fields, id, &rest) && read_boolean(&rest, value) && ends_well(rest);
}

bool item_count(const struct fields *fields, enum field_id id, uint64_t *value)
{
    struct span rest;
    if (!find(fields, id, &rest))
        return false;
    struct span digits = take_while(&rest, is_digit);
    return span_decimal(digits, INTEGER_DIGITS_MAX, value) && ends_well(rest);
}
