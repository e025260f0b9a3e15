/* Errors and verdicts: one table, three classes on the wire, one that stays at home.
 *
 * What the numbers mean to the other end is in docs/PROTOCOL.md, section "Verdicts".
 */
#ifndef MU_BASE_ERR_H
#define MU_BASE_ERR_H

#include <stdint.h>

#define MU_MUST_USE __attribute__((warn_unused_result))

enum mu_err {
    MU_OK = 0,
#define E(name, number, class, en, en_remedy, zh, zh_remedy) MU_E_##name = (number),
#include "proto/base/err.def"
#undef E
};

enum mu_err_class {
    MU_CLASS_NONE = 0, /* accepted */
    MU_CLASS_FINAL,    /* consumes the sequence number and is recorded */
    MU_CLASS_LATER,    /* not now: nothing happened, try again */
    MU_CLASS_STRANGE,  /* not yours: nothing happened, do something else */
    MU_CLASS_LOCAL,    /* never leaves the machine it happened on */
};

enum mu_lang { MU_LANG_EN = 0, MU_LANG_ZH = 1 };

/* The class of an error; an unknown number is MU_CLASS_STRANGE. */
enum mu_err_class mu_err_class(enum mu_err err);

/* The stable code users quote, such as "MU-107 MISSING"; an unknown number gives "MU-?". Static. */
const char *mu_err_code(enum mu_err err);

/* One sentence saying what happened, and one saying what to do about it. Static. */
const char *mu_err_sentence(enum mu_err err, enum mu_lang lang);
const char *mu_err_remedy(enum mu_err err, enum mu_lang lang);

/* Our own mistake: say where and stop, in production too. */
_Noreturn void mu_check_failed(const char *what, const char *file, int line);
#define MU_CHECK(cond)                                                                             \
    do {                                                                                           \
        if (!(cond))                                                                               \
            mu_check_failed(#cond, __FILE__, __LINE__);                                            \
    } while (0)

#endif
