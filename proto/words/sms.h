/* One line as a village sends it: "岩脚 塌方 伤9 埋2 路断", "Yanjiao landslide injured 9 buried 2 road cut".
 *
 * Read word by word from a table (sms.def); nothing is guessed. What the line says plainly becomes a
 * value; what can be read two ways becomes a doubt, and its value stays open; what no word of the table
 * fits is left over, and the first such piece is where it happened. 无 ("none") is a stated zero, 不明
 * ("not known") a stated unknown, silence neither. A person confirms what was read.
 */
#ifndef MU_WORDS_SMS_H
#define MU_WORDS_SMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/err.h"

/* Four joined messages of a telephone; longer ones are letters. */
#define MU_SMS_BYTES_MAX 1024u
#define MU_SMS_DOUBTS_MAX 8u
#define MU_SMS_PIECES_MAX 16u

enum mu_sms_count {
    MU_SMS_INJURED,
    MU_SMS_TRAPPED,
    MU_SMS_MISSING,
    MU_SMS_DEAD,
    MU_SMS_RESCUED,
    MU_SMS_RED,
    MU_SMS_YELLOW,
    MU_SMS_GREEN,
    MU_SMS_BLACK,
    MU_SMS_MOVED,    /* out of the zone */
    MU_SMS_RETURNED, /* went back into it */
    MU_SMS_COUNTS
};

/* A piece of the line: bytes [from, to) of mu_sms.text. */
struct mu_sms_piece {
    size_t from, to;
};

enum mu_sms_why {
    MU_SMS_NO_NUMBER, /* "有人受伤": how many? */
    MU_SMS_NO_WORD,   /* "岩脚9人": nine of what? */
    MU_SMS_EITHER,    /* "受伤 9 被困": which of the two? */
    MU_SMS_VAGUE,     /* "十几人", "several", "3-5": no number */
    MU_SMS_MORE,      /* "又伤2": two more, or two in all? */
    MU_SMS_HEDGED,    /* "可能", "暂无", "?": said to be unsure */
    MU_SMS_TOGETHER,  /* "伤亡9": dead and injured in one number */
    MU_SMS_TWICE,     /* the same said twice, differently */
    MU_SMS_SUM,       /* more triaged than injured */
    MU_SMS_TELEPHONE, /* a telephone number: personal, and the record is for ever */
    MU_SMS_WHYS
};

struct mu_sms_doubt {
    enum mu_sms_why why;
    int count; /* enum mu_sms_count it leaves open; -1: none */
    struct mu_sms_piece piece;
};

struct mu_sms_number {
    bool stated;  /* value holds */
    bool unknown; /* said to be not known */
    bool about;   /* said to be an estimate */
    uint32_t value;
};

struct mu_sms {
    char text[MU_SMS_BYTES_MAX +
              1]; /* the words with full-width signs made plain: what pieces lie in */
    struct mu_sms_number counts[MU_SMS_COUNTS];
    uint32_t hazard;     /* enum Hazard; 0: not said, or two different ones */
    uint32_t road_state; /* enum RoadState; 0: not said */
    bool road_named;     /* a road was spoken of, not only a state: "断" alone may be a bridge's */
    bool one_lane;
    bool has_edge, has_at_m, has_depth, has_clock;
    struct mu_sms_piece edge; /* "E15" */
    int64_t at_m;             /* along that road */
    int64_t depth_mm;
    int clock_min; /* of the day */
    bool has_place;
    struct mu_sms_piece place;
    struct mu_sms_piece left[MU_SMS_PIECES_MAX]; /* not understood, the place not among them */
    size_t left_count;
    struct mu_sms_doubt doubts[MU_SMS_DOUBTS_MAX];
    size_t doubt_count;
};

/* Errors: MU_E_BAD_TEXT no UTF-8; MU_E_LIMIT longer than MU_SMS_BYTES_MAX, or too many words, doubts
 * or pieces left over. */
MU_MUST_USE enum mu_err mu_sms_read(const char *words, struct mu_sms *out);

/* Whether anything but a place was understood. */
bool mu_sms_understood(const struct mu_sms *sms);

#endif
