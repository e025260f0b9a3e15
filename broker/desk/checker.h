/* Seals of batches that wait to be judged, checked meanwhile by a second thread. Only for broker/desk.
 *
 * Checking a seal takes longer than all else a batch needs, and asks for nothing but its bytes and a key.
 * So it can be done in any order; what follows from it is still judged one batch after the other.
 */
#ifndef MU_DESK_CHECKER_H
#define MU_DESK_CHECKER_H

#include "proto/sign/seal.h"

/* So many may wait; each has room for the largest batch. */
#define MU_CHECKS_MAX 8u

typedef struct mu_checker mu_checker;

/* Errors: MU_E_NO_MEMORY, MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_checker_open(mu_checker **out);
void mu_checker_close(mu_checker **checker);

/* Have these bytes checked with a copy of this key. They are lent until mu_checker_forget. Nothing
 * happens when there is no room: it only costs time. */
void mu_checker_expect(mu_checker *checker, struct mu_bytes bytes, const mu_verifier *key);
/* As mu_batch_check, for a batch read from `bytes`: with what was found out before when these very bytes
 * were expected with this very key. Its items are then lent until mu_checker_forget. */
MU_MUST_USE enum mu_err mu_checker_check(mu_checker *checker, struct mu_bytes bytes,
                                         const mu_verifier *key, struct mu_batch *batch);
/* Nobody looks at these bytes any more, when it returns. In the order they were expected in; bytes that
 * were not expected are none of its business. */
void mu_checker_forget(mu_checker *checker, struct mu_bytes bytes);

#endif
