#include "proto/words/sms.h"

#include <string.h>

#include "proto/words/sms_bind.h"

/* ---- names ------------------------------------------------------------------------------------- */

static bool is_glued_text(const struct mu_sms_line *line, size_t at)
{
    return at < line->count && line->tokens[at].glued && line->tokens[at].class == MU_SMS_TEXT;
}

static bool follows_number(const struct mu_sms_line *line, size_t at)
{
    return at > 0 && line->tokens[at].glued &&
           (line->tokens[at - 1].class == MU_SMS_NUM ||
            line->tokens[at - 1].class == MU_SMS_LENGTH_ ||
            line->tokens[at - 1].class == MU_SMS_COUNT_);
}

/* 红岩村, 三岔口, 和平村: a sign or a number that a name goes on from is part of the name. */
static bool begins_name(const struct mu_sms_line *line, size_t at)
{
    const struct mu_sms_token *token = &line->tokens[at];

    return (token->lone || token->class == MU_SMS_NUM) && token->class != MU_SMS_AT_ &&
           is_glued_text(line, at + 1) && !follows_number(line, at);
}

/* 3组, 2号桥, 5间: counted, but no persons. */
static bool counts_things(const struct mu_sms_line *line, size_t at)
{
    return line->tokens[at].class == MU_SMS_NUM && at + 1 < line->count &&
           line->tokens[at + 1].class == MU_SMS_THING_;
}

static void find_names(struct mu_sms_line *line)
{
    for (size_t i = line->count; i-- > 0;) {
        if (counts_things(line, i) || line->tokens[i].class == MU_SMS_THING_ ||
            begins_name(line, i))
            line->tokens[i].class = MU_SMS_TEXT;
    }
}

/* ---- walking, doubts ------------------------------------------------------------------------------- */

static bool is_passing(const struct mu_sms_token *token)
{
    bool shades = token->class == MU_SMS_ABOUT_ || token->class == MU_SMS_VAGUE_ ||
                  token->class == MU_SMS_MORE_;

    return token->class == MU_SMS_FILL_ || token->class == MU_SMS_COUNTER_ ||
           (shades && token->used); /* "20多人被困": its number has it already */
}

size_t mu_sms_next(const struct mu_sms_line *line, size_t at, int step)
{
    if (at == MU_SMS_NOWHERE)
        return at;
    for (;;) {
        if ((step < 0 && at == 0) || (step > 0 && at + 1 >= line->count))
            return MU_SMS_NOWHERE;
        at = step < 0 ? at - 1 : at + 1;
        if (line->tokens[at].class == MU_SMS_SEP)
            return MU_SMS_NOWHERE;
        if (!is_passing(&line->tokens[at]))
            return at;
    }
}

void mu_sms_doubt(struct mu_sms_line *line, enum mu_sms_why why, int count, size_t at)
{
    struct mu_sms *sms = line->sms;

    if (count >= 0)
        sms->counts[count].stated = false;
    for (size_t i = 0; i < sms->doubt_count; i++)
        if (sms->doubts[i].count == count && count >= 0)
            return; /* one question is enough */
    if (sms->doubt_count == MU_SMS_DOUBTS_MAX) {
        line->full = true;
        return;
    }
    sms->doubts[sms->doubt_count++] =
        (struct mu_sms_doubt){why, count, {line->tokens[at].from, line->tokens[at].to}};
}

/* ---- what is left over ------------------------------------------------------------------------------- */

/* A word that found neither number nor road is text like any other, though no place by itself. */
static bool is_left(const struct mu_sms_token *token)
{
    return !token->used && !is_passing(token) && token->class != MU_SMS_SEP &&
           token->class != MU_SMS_AT_ && token->class != MU_SMS_ABOUT_ &&
           token->class != MU_SMS_MARK_;
}

/* English names have several words: "Longtan Reservoir". */
static bool goes_on(const struct mu_sms_line *line, size_t at)
{
    const struct mu_sms_token *token = &line->tokens[at];
    const struct mu_sms_token *before = &line->tokens[at - 1];

    if (!is_left(token))
        return false;
    return token->glued ||
           ((unsigned char)line->sms->text[token->from] < 0x80 && token->class == MU_SMS_TEXT &&
            before->class == MU_SMS_TEXT && (unsigned char)line->sms->text[before->from] < 0x80);
}

static void add_piece(struct mu_sms_line *line, struct mu_sms_piece piece, bool names, bool at)
{
    struct mu_sms *sms = line->sms;
    bool takes_place = names && (!sms->has_place || at);

    if (takes_place && sms->has_place) { /* "in" and "at" say it better than the order does */
        struct mu_sms_piece first = sms->place;

        sms->place = piece;
        piece = first;
    } else if (takes_place) {
        sms->has_place = true;
        sms->place = piece;
        return;
    }
    if (sms->left_count == MU_SMS_PIECES_MAX)
        line->full = true;
    else
        sms->left[sms->left_count++] = piece;
}

static void gather(struct mu_sms_line *line)
{
    bool was_at = false;

    for (size_t i = 0; i < line->count; i++) {
        const struct mu_sms_token *token = &line->tokens[i];
        struct mu_sms_piece piece = {token->from, token->to};
        bool names = token->class == MU_SMS_TEXT;

        if (!is_left(token))
            continue;
        bool at = i > 0 && line->tokens[i - 1].class == MU_SMS_AT_ && !was_at;
        while (i + 1 < line->count && goes_on(line, i + 1)) {
            piece.to = line->tokens[++i].to;
            names |= line->tokens[i].class == MU_SMS_TEXT;
        }
        was_at |= at;
        add_piece(line, piece, names, at);
    }
}

/* What was doubted once stays open, whatever was said of it later. */
static void open_doubted(struct mu_sms *sms)
{
    for (size_t i = 0; i < sms->doubt_count; i++)
        if (sms->doubts[i].count >= 0)
            sms->counts[sms->doubts[i].count] = (struct mu_sms_number){.stated = false};
}

/* ---- reading -------------------------------------------------------------------------------------------- */

enum mu_err mu_sms_read(const char *words, struct mu_sms *out)
{
    struct mu_sms_line line = {.sms = out};
    enum mu_err err;

    *out = (struct mu_sms){.road_state = 0};
    if ((err = mu_sms_plain(words, out->text, sizeof out->text)) != MU_OK)
        return err;
    if ((err = mu_sms_cut(out->text, line.tokens, &line.count)) != MU_OK)
        return err;
    find_names(&line);
    mu_sms_bind_roads(&line);
    mu_sms_bind_counts(&line);
    gather(&line);
    open_doubted(out);
    if (line.two_states)
        out->road_state = 0;
    return line.full ? MU_E_LIMIT : MU_OK;
}

bool mu_sms_understood(const struct mu_sms *sms)
{
    for (size_t i = 0; i < MU_SMS_COUNTS; i++)
        if (sms->counts[i].stated || sms->counts[i].unknown)
            return true;
    return sms->hazard != 0 || (sms->road_state != 0 && sms->road_named);
}
