/* The line cut into words of the table, numbers and what is neither. Inside the reader only. */
#ifndef MU_WORDS_SMS_TOKEN_H
#define MU_WORDS_SMS_TOKEN_H

#include "proto/words/sms.h"

#define MU_SMS_TOKENS_MAX 256u

enum mu_sms_class {
    MU_SMS_TEXT, /* no word of the table */
    MU_SMS_SEP,  /* a comma, a full stop, a line's end */
    MU_SMS_NUM,
    MU_SMS_LONG,   /* seven digits or more: no count of people */
    MU_SMS_CLOCK,  /* 14:20; value in minutes of the day */
    MU_SMS_EDGE,   /* "E15", "S210" */
    MU_SMS_KM,     /* "K6+200"; value in metres */
    MU_SMS_COUNT_, /* the classes of sms.def, in its order */
    MU_SMS_TOGETHER_,
    MU_SMS_HAZARD_,
    MU_SMS_ROAD_,
    MU_SMS_STATE_,
    MU_SMS_LANE_,
    MU_SMS_BOTH_,
    MU_SMS_LENGTH_,
    MU_SMS_DEPTH_,
    MU_SMS_MARK_,
    MU_SMS_COUNTER_,
    MU_SMS_THING_,
    MU_SMS_NONE_,
    MU_SMS_UNKNOWN_,
    MU_SMS_ABOUT_,
    MU_SMS_VAGUE_,
    MU_SMS_MORE_,
    MU_SMS_HEDGE_,
    MU_SMS_AT_,
    MU_SMS_WORDS_,
    MU_SMS_FILL_,
};

struct mu_sms_token {
    enum mu_sms_class class;
    uint32_t value; /* of the table; of a number: thousandths */
    size_t from, to;
    bool glued; /* no blank between it and the one before */
    bool lone;  /* one character: counts only beside its number or its road */
    bool used;  /* became a value or a doubt */
};

/* Cuts `text`, which mu_sms_plain made. Errors: MU_E_LIMIT too many. */
MU_MUST_USE enum mu_err mu_sms_cut(const char *text, struct mu_sms_token *tokens, size_t *count);

/* The words with full-width letters, digits and signs made plain and controls made blanks.
 * Errors: MU_E_BAD_TEXT, MU_E_LIMIT. */
MU_MUST_USE enum mu_err mu_sms_plain(const char *words, char *out, size_t size);

#endif
