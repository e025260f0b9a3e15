/* A thread beside the one that admits. Only for broker/desk. */
#ifndef MU_DESK_THREAD_H
#define MU_DESK_THREAD_H

#include <pthread.h>

#include "proto/base/err.h"

/* Signals are for the thread that knows what to do about them: this one blocks them all. Ended by
 * pthread_join. Errors: MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_thread_start(pthread_t *thread, void *(*work)(void *), void *of);

#endif
