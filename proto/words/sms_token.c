#include "proto/words/sms_token.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "proto/base/text.h"

#define MILLI 1000u
#define DIGITS_MAX 6u

/* ---- plain text -------------------------------------------------------------------------------- */

/* Full-width forms stand 0xFEE0 behind their plain ones: U+FF01 to U+FF5E. */
static bool is_full_width(const unsigned char *at)
{
    return at[0] == 0xEF &&
           ((at[1] == 0xBC && at[2] >= 0x81) || (at[1] == 0xBD && at[2] >= 0x80 && at[2] <= 0x9E));
}

static bool is_wide_blank(const unsigned char *at)
{
    return at[0] == 0xE3 && at[1] == 0x80 && at[2] == 0x80;
}

enum mu_err mu_sms_plain(const char *words, char *out, size_t size)
{
    const unsigned char *at = (const unsigned char *)words;
    size_t used = 0;

    if (!mu_utf8_ok(words, strlen(words)))
        return MU_E_BAD_TEXT;
    while (*at != '\0') {
        if (used + 1 >= size)
            return MU_E_LIMIT;
        if (is_full_width(at)) {
            out[used++] = (char)(at[2] - 0x80 + (at[1] == 0xBC ? 0x20 : 0x60));
            at += 3;
        } else if (is_wide_blank(at)) {
            out[used++] = ' ';
            at += 3;
        } else {
            out[used++] = (char)(*at < 0x20 && *at != '\n' ? ' ' : *at);
            at++;
        }
    }
    out[used] = '\0';
    return MU_OK;
}

/* ---- the table ------------------------------------------------------------------------------------ */

static const struct {
    const char *word;
    uint32_t value;
    enum mu_sms_class class;
} table[] = {
#define S(class, value, word) {word, (uint32_t)(value), MU_SMS_##class##_},
#include "proto/words/sms.def"
#undef S
};

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) != 0;
}

static size_t character(const char *at)
{
    size_t size = 1;

    while (((unsigned char)at[size] & 0xC0) == 0x80)
        size++;
    return size;
}

/* English words only whole: "red" does not stand in "reduced". After a number a unit may: "6km". */
static bool fits(const char *text, size_t from, const char *word)
{
    size_t size = strlen(word);

    if (strncasecmp(text + from, word, size) != 0)
        return false;
    if ((unsigned char)word[0] >= 0x80)
        return true;
    bool after_digit = from > 0 && isdigit((unsigned char)text[from - 1]) != 0;
    bool follows_letter = from > 0 && is_letter(text[from - 1]) && !after_digit;
    bool letter_follows =
        is_letter(text[from + size]) && !isdigit((unsigned char)text[from + size]);

    return !follows_letter && !letter_follows;
}

static bool take_word(const char *text, struct mu_sms_token *token)
{
    size_t longest = 0;

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        size_t size = strlen(table[i].word);

        if (size <= longest || !fits(text, token->from, table[i].word))
            continue;
        longest = size;
        token->class = table[i].class;
        token->value = table[i].value;
    }
    token->to = token->from + longest;
    token->lone = longest > 0 && (unsigned char)text[token->from] >= 0x80 &&
                  character(text + token->from) == longest;
    return longest > 0;
}

/* ---- numbers ------------------------------------------------------------------------------------------ */

static bool is_number_word(const char *text, size_t from, uint32_t *value, size_t *size)
{
    static const struct {
        const char *sign;
        uint32_t value;
    } signs[] = {{"零", 0}, {"〇", 0}, {"一", 1},  {"二", 2},   {"两", 2},
                 {"三", 3}, {"四", 4}, {"五", 5},  {"六", 6},   {"七", 7},
                 {"八", 8}, {"九", 9}, {"十", 10}, {"百", 100}, {"千", 1000}};

    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        *size = strlen(signs[i].sign);
        if (strncmp(text + from, signs[i].sign, *size) == 0) {
            *value = signs[i].value;
            return true;
        }
    }
    return false;
}

/* 十二 is 12, 二十 is 20, 一百零五 is 105. Two digits beside each other, 三四人, are "three or four": no
 * number. */
static bool take_chinese(const char *text, struct mu_sms_token *token)
{
    uint32_t total = 0, digit = 0, value;
    bool has_digit = false, vague = false;
    size_t at = token->from, size;

    while (is_number_word(text, at, &value, &size)) {
        at += size;
        if (value < 10) {
            vague |= has_digit && digit != 0;
            digit = value;
            has_digit = true;
            continue;
        }
        total += (has_digit ? digit : 1) * value;
        digit = 0;
        has_digit = false;
        if (total > 100000)
            break;
    }
    if (at == token->from)
        return false;
    token->to = at;
    token->class = vague ? MU_SMS_VAGUE_ : MU_SMS_NUM;
    token->value = (total + digit) * MILLI;
    return true;
}

static bool take_number_word(const char *text, struct mu_sms_token *token)
{
    static const char *const words[] = {"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                        "seven", "eight", "nine", "ten",   "eleven", "twelve"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!fits(text, token->from, words[i]))
            continue;
        token->class = MU_SMS_NUM;
        token->value = (uint32_t)i * MILLI;
        token->to = token->from + strlen(words[i]);
        return true;
    }
    return take_chinese(text, token);
}

static bool is_digit_at(const char *text, size_t at)
{
    return isdigit((unsigned char)text[at]) != 0;
}

/* 14:20 */
static bool take_clock(const char *text, struct mu_sms_token *token)
{
    size_t at = token->from;
    uint32_t hour = 0;

    while (is_digit_at(text, at) && at - token->from < 2)
        hour = hour * 10 + (uint32_t)(text[at++] - '0');
    if (text[at] != ':' || !is_digit_at(text, at + 1) || !is_digit_at(text, at + 2) ||
        is_digit_at(text, at + 3))
        return false;
    uint32_t minute = (uint32_t)(text[at + 1] - '0') * 10 + (uint32_t)(text[at + 2] - '0');
    if (hour > 23 || minute > 59)
        return false;
    token->class = MU_SMS_CLOCK;
    token->value = hour * 60 + minute;
    token->to = at + 3;
    return true;
}

/* Behind a point, at most three digits count: metres of a height. */
static size_t read_fraction(const char *text, size_t at, uint32_t *milli)
{
    uint32_t unit = MILLI / 10;

    if (text[at] != '.' || !is_digit_at(text, at + 1))
        return at;
    for (at++; is_digit_at(text, at); at++, unit /= 10)
        *milli += unit * (uint32_t)(text[at] - '0');
    return at;
}

static bool take_digits(const char *text, struct mu_sms_token *token)
{
    size_t at = token->from, digits = 0;
    uint32_t value = 0, milli = 0;

    if (!is_digit_at(text, at))
        return false;
    if (take_clock(text, token))
        return true;
    for (;; at++) {
        bool thousands = text[at] == ',' && digits > 0 && is_digit_at(text, at + 1) &&
                         is_digit_at(text, at + 2) && is_digit_at(text, at + 3) &&
                         !is_digit_at(text, at + 4);

        if (thousands)
            continue;
        if (!is_digit_at(text, at))
            break;
        if (++digits <= DIGITS_MAX)
            value = value * 10 + (uint32_t)(text[at] - '0');
    }
    token->to = read_fraction(text, at, &milli);
    token->class = digits > DIGITS_MAX ? MU_SMS_LONG : MU_SMS_NUM;
    token->value = value * MILLI + milli;
    return true;
}

/* ---- roads ------------------------------------------------------------------------------------------- */

/* K6+200; km 6 is words. */
static bool take_kilometre(const char *text, struct mu_sms_token *token)
{
    size_t at = token->from + 1;
    uint32_t km = 0, m = 0;

    if (toupper((unsigned char)text[token->from]) != 'K' || !is_digit_at(text, at))
        return false;
    for (size_t digits = 0; is_digit_at(text, at) && digits < 4; at++, digits++)
        km = km * 10 + (uint32_t)(text[at] - '0');
    if (text[at] == '+')
        for (at++; is_digit_at(text, at) && m < 1000; at++)
            m = m * 10 + (uint32_t)(text[at] - '0');
    token->class = MU_SMS_KM;
    token->value = km * 1000 + m;
    token->to = at;
    return m < 1000 && !is_letter(text[at]);
}

/* A letter and its number: how roads are signed and drawn. */
static bool take_edge(const char *text, struct mu_sms_token *token)
{
    size_t at = token->from + 1;

    if (isalpha((unsigned char)text[token->from]) == 0 || !is_digit_at(text, at) ||
        (token->from > 0 && is_letter(text[token->from - 1])))
        return false;
    if (take_kilometre(text, token))
        return true;
    for (at = token->from + 1; is_digit_at(text, at);)
        at++;
    if (is_letter(text[at]) || at - token->from > 6)
        return false;
    token->class = MU_SMS_EDGE;
    token->to = at;
    return true;
}

/* ---- cutting ------------------------------------------------------------------------------------------- */

static size_t separator(const char *at)
{
    static const char *const signs[] = {"，", "。", "；", "、", "｡"};

    if (strchr(",;.!\n/|", *at) != NULL && *at != '\0')
        return 1;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (strncmp(at, signs[i], strlen(signs[i])) == 0)
            return strlen(signs[i]);
    return 0;
}

static size_t passed_over(const char *at)
{
    return *at == ' ' || *at == ':' || *at == '"' || *at == '(' || *at == ')' ? 1 : 0;
}

/* "3-5", "三到五": from … to …, so no number. A dash elsewhere belongs to a name. */
static void take_range(const char *text, struct mu_sms_token *token)
{
    size_t at = token->to;
    size_t size = strncmp(text + at, "到", 3) == 0 || strncmp(text + at, "至", 3) == 0 ? 3
                  : text[at] == '-' || text[at] == '~'                                 ? 1
                                                                                       : 0;
    struct mu_sms_token second = {.from = at + size};

    if (size == 0 || !(take_digits(text, &second) || take_number_word(text, &second)))
        return;
    token->class = MU_SMS_VAGUE_;
    token->to = second.to;
}

static bool take_sign(const char *text, struct mu_sms_token *token)
{
    size_t size = separator(text + token->from);

    token->class = MU_SMS_SEP;
    token->to = token->from + size;
    if (size > 0)
        return true;
    token->class = MU_SMS_HEDGE_;
    token->to = token->from + 1;
    return text[token->from] == '?';
}

static bool take(const char *text, struct mu_sms_token *token)
{
    return take_digits(text, token) || take_edge(text, token) || take_sign(text, token) ||
           take_word(text, token) || take_number_word(text, token);
}

/* A foreign word is left whole: no word of ours stands inside it. */
static size_t foreign(const char *text, size_t from)
{
    size_t at = from;

    if (!is_letter(text[at]))
        return character(text + at);
    while (is_letter(text[at]) || text[at] == '-' || text[at] == '\'')
        at++;
    return at - from;
}

enum mu_err mu_sms_cut(const char *text, struct mu_sms_token *tokens, size_t *count)
{
    bool glued = false;

    *count = 0;
    for (size_t at = 0; text[at] != '\0';) {
        struct mu_sms_token token = {.from = at, .glued = glued};
        size_t blank = passed_over(text + at);

        glued = blank == 0 || text[at] == ':';
        if (blank > 0) {
            at += blank;
            continue;
        }
        if (*count == MU_SMS_TOKENS_MAX)
            return MU_E_LIMIT;
        if (!take(text, &token)) {
            token = (struct mu_sms_token){.class = MU_SMS_TEXT, .from = at, .glued = token.glued};
            token.to = at + foreign(text, at);
        }
        if (token.class == MU_SMS_NUM)
            take_range(text, &token);
        tokens[(*count)++] = token;
        at = token.to;
    }
    return MU_OK;
}
