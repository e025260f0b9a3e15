/* Which number belongs to which word: before it ("伤9") or behind it ("9人受伤"), never by guessing. */
#include "proto/words/sms_bind.h"

#include <string.h>

#define MILLI 1000u

static struct mu_sms_token *token(struct mu_sms_line *line, size_t at)
{
    return at == MU_SMS_NOWHERE ? NULL : &line->tokens[at];
}

static bool is_free(struct mu_sms_line *line, size_t at, enum mu_sms_class class)
{
    return at != MU_SMS_NOWHERE && line->tokens[at].class == class && !line->tokens[at].used;
}

/* No blank from the end of one to the beginning of the other. */
static bool is_glued(const struct mu_sms_line *line, size_t left, size_t right)
{
    for (size_t i = left + 1; i <= right; i++)
        if (!line->tokens[i].glued)
            return false;
    return true;
}

/* ---- values ------------------------------------------------------------------------------------ */

static void set_count(struct mu_sms_line *line, size_t word, uint32_t value, bool about)
{
    struct mu_sms_token *at = token(line, word);
    struct mu_sms_number *number = &line->sms->counts[at->value];

    at->used = true;
    if (number->unknown || (number->stated && number->value != value)) {
        number->stated = false;
        mu_sms_doubt(line, MU_SMS_TWICE, (int)at->value, word);
        return;
    }
    *number = (struct mu_sms_number){.stated = true, .about = about, .value = value};
}

/* A number's word is settled: what stands in doubt must not be read as anything else either. */
static void leave_open(struct mu_sms_line *line, enum mu_sms_why why, size_t word, size_t number)
{
    struct mu_sms_token *at = token(line, word);

    if (number != MU_SMS_NOWHERE)
        line->tokens[number].used = true;
    if (at == NULL) {
        mu_sms_doubt(line, why, -1, number);
        return;
    }
    at->used = true;
    mu_sms_doubt(line, why, at->class == MU_SMS_COUNT_ ? (int)at->value : (int)MU_SMS_INJURED,
                 word);
}

/* ---- what a number is said to be -------------------------------------------------------------------- */

static bool takes(struct mu_sms_line *line, size_t at, enum mu_sms_class class)
{
    if (!is_free(line, at, class))
        return false;
    line->tokens[at].used = true;
    return true;
}

/* "约9", "9左右", "十几", "20多人", "又伤2": what stands beside a number or its word. */
static bool beside(struct mu_sms_line *line, size_t number, enum mu_sms_class class)
{
    size_t left = mu_sms_next(line, number, -1), right = mu_sms_next(line, number, +1);

    return takes(line, left, class) || takes(line, right, class);
}

static bool is_counted(const struct mu_sms_token *at)
{
    return at->class == MU_SMS_COUNT_ || at->class == MU_SMS_TOGETHER_;
}

static bool is_word(struct mu_sms_line *line, size_t at)
{
    return at != MU_SMS_NOWHERE && is_counted(&line->tokens[at]) && !line->tokens[at].used;
}

/* ---- which word ------------------------------------------------------------------------------------- */

/* The word `number` belongs to; NOWHERE when there is none, with *either when there are two. */
static size_t word_of(struct mu_sms_line *line, size_t number, bool *either)
{
    size_t left = mu_sms_next(line, number, -1), right = mu_sms_next(line, number, +1);
    bool has_left = is_word(line, left), has_right = is_word(line, right);

    *either = false;
    if (!has_left || !has_right)
        return has_left ? left : has_right ? right : MU_SMS_NOWHERE;
    size_t after = mu_sms_next(line, right, +1);
    bool goes_on = after != MU_SMS_NOWHERE && line->tokens[after].class == MU_SMS_NUM;
    bool holds_left = is_glued(line, left, number), holds_right = is_glued(line, number, right);

    if (holds_left != holds_right && !(goes_on && holds_right))
        return holds_left ? left : right;
    if (goes_on && !(holds_right && !holds_left))
        return left; /* word, number, word, number */
    *either = true;
    return left;
}

static void bind_number(struct mu_sms_line *line, size_t number)
{
    bool about = beside(line, number, MU_SMS_ABOUT_);
    bool vague = beside(line, number, MU_SMS_VAGUE_);
    bool more = beside(line, number, MU_SMS_MORE_);
    bool either;
    size_t word = word_of(line, number, &either);
    uint32_t milli = line->tokens[number].value;

    if (word != MU_SMS_NOWHERE)
        more |= takes(line, mu_sms_next(line, word, -1), MU_SMS_MORE_);
    if (either || word == MU_SMS_NOWHERE)
        leave_open(line, either ? MU_SMS_EITHER : MU_SMS_NO_WORD, word, number);
    else if (more)
        leave_open(line, MU_SMS_MORE, word, number);
    else if (vague || milli % MILLI != 0)
        leave_open(line, MU_SMS_VAGUE, word, number);
    else if (line->tokens[word].class == MU_SMS_TOGETHER_ && milli > 0)
        leave_open(line, MU_SMS_TOGETHER, word, number);
    else if (line->tokens[word].class == MU_SMS_COUNT_)
        set_count(line, word, milli / MILLI, about);
    line->tokens[number].used = true;
    if (word != MU_SMS_NOWHERE)
        line->tokens[word].used = true;
}

/* ---- none, not known, no number ----------------------------------------------------------------------- */

static void set_none(struct mu_sms_line *line, size_t word)
{
    if (line->tokens[word].class == MU_SMS_COUNT_) {
        set_count(line, word, 0, false);
        return;
    }
    line->tokens[word].used = true; /* 无伤亡: none injured and none dead */
    line->sms->counts[MU_SMS_INJURED] = (struct mu_sms_number){.stated = true};
    line->sms->counts[MU_SMS_DEAD] = (struct mu_sms_number){.stated = true};
}

static void set_unknown(struct mu_sms_line *line, size_t word)
{
    struct mu_sms_token *at = token(line, word);

    at->used = true;
    if (at->class == MU_SMS_TOGETHER_) {
        line->sms->counts[MU_SMS_INJURED].unknown = true;
        line->sms->counts[MU_SMS_DEAD].unknown = true;
    } else if (line->sms->counts[at->value].stated) {
        line->sms->counts[at->value].stated = false;
        mu_sms_doubt(line, MU_SMS_TWICE, (int)at->value, word);
    } else {
        line->sms->counts[at->value].unknown = true;
    }
}

/* The word before it or behind it that has no number yet: `first` is where to look first. */
static size_t beside_word(struct mu_sms_line *line, size_t at, int first)
{
    size_t one = mu_sms_next(line, at, first), other = mu_sms_next(line, at, -first);

    return is_word(line, one) ? one : is_word(line, other) ? other : MU_SMS_NOWHERE;
}

/* "无人受伤", "伤亡不明", "多人受伤": a word for a number. */
static void bind_instead(struct mu_sms_line *line, size_t at)
{
    struct mu_sms_token *said = &line->tokens[at];
    size_t word = beside_word(line, at, said->class == MU_SMS_UNKNOWN_ ? -1 : +1);

    if (word == MU_SMS_NOWHERE)
        return;
    said->used = true;
    if (said->class == MU_SMS_NONE_)
        set_none(line, word);
    else if (said->class == MU_SMS_UNKNOWN_)
        set_unknown(line, word);
    else
        leave_open(line, said->class == MU_SMS_MORE_ ? MU_SMS_MORE : MU_SMS_VAGUE, word,
                   MU_SMS_NOWHERE);
}

static bool touches_number(struct mu_sms_line *line, size_t at)
{
    size_t left = mu_sms_next(line, at, -1), right = mu_sms_next(line, at, +1);

    return (left != MU_SMS_NOWHERE && line->tokens[left].class == MU_SMS_NUM) ||
           (right != MU_SMS_NOWHERE && line->tokens[right].class == MU_SMS_NUM);
}

/* Nothing of a clause that says "perhaps" is taken: the person who reads it knows better than we do. */
static void bind_hedge(struct mu_sms_line *line, size_t hedge)
{
    size_t from = hedge, to = hedge;
    bool any = false;

    line->tokens[hedge].used = true;
    while (from > 0 && line->tokens[from - 1].class != MU_SMS_SEP)
        from--;
    while (to + 1 < line->count && line->tokens[to + 1].class != MU_SMS_SEP)
        to++;
    for (size_t i = from; i <= to; i++) {
        struct mu_sms_token *at = &line->tokens[i];

        if (at->class == MU_SMS_NUM)
            at->used = true;
        if (!is_counted(at) || at->used || (at->lone && !touches_number(line, i)))
            continue;
        any = true;
        leave_open(line, MU_SMS_HEDGED, i, MU_SMS_NOWHERE);
    }
    if (!any)
        mu_sms_doubt(line, MU_SMS_HEDGED, -1, hedge);
}

static void doubt_unnumbered(struct mu_sms_line *line)
{
    for (size_t i = 0; i < line->count; i++)
        if (is_word(line, i) && !line->tokens[i].lone)
            leave_open(line, MU_SMS_NO_NUMBER, i, MU_SMS_NOWHERE);
}

static void check_sum(struct mu_sms_line *line)
{
    const struct mu_sms_number *counts = line->sms->counts;
    uint64_t sum = 0;

    for (size_t i = MU_SMS_RED; i <= MU_SMS_BLACK; i++)
        sum += counts[i].stated ? counts[i].value : 0;
    if (counts[MU_SMS_INJURED].stated && sum > counts[MU_SMS_INJURED].value)
        mu_sms_doubt(line, MU_SMS_SUM, MU_SMS_INJURED, 0);
}

static void each(struct mu_sms_line *line, enum mu_sms_class class,
                 void (*bind)(struct mu_sms_line *line, size_t at))
{
    for (size_t i = 0; i < line->count; i++)
        if (line->tokens[i].class == class && !line->tokens[i].used)
            bind(line, i);
}

void mu_sms_bind_counts(struct mu_sms_line *line)
{
    each(line, MU_SMS_HEDGE_, bind_hedge);
    each(line, MU_SMS_NUM, bind_number);
    each(line, MU_SMS_NONE_, bind_instead);
    each(line, MU_SMS_UNKNOWN_, bind_instead);
    each(line, MU_SMS_VAGUE_, bind_instead);
    each(line, MU_SMS_MORE_, bind_instead);
    doubt_unnumbered(line);
    check_sum(line);
}
