/* Places by the names people use: ids, names in both languages, other names, initials. */
#ifndef MU_CLI_GAZETTEER_H
#define MU_CLI_GAZETTEER_H

#include "proto/picture/picture.h"

struct mu_place {
    const char *id;   /* object id */
    const char *area; /* code path it lies in, or is; NULL: not said */
    const Muster__ReferenceObject *reference;
};

/* What `typed` names. Better fits win: id, whole name, other name, initials ("qsb"), beginning of a name,
 * a name and more ("岩脚村3组").
 * Lent by the picture. Errors: MU_E_ABSENT; MU_E_BAD_VALUE when several fit equally well, whose ids
 * then stand in `several`, separated by ", ". */
MU_MUST_USE enum mu_err mu_gazetteer_find(const mu_picture *picture, const char *typed,
                                          struct mu_place *out, struct mu_text *several);

#endif
