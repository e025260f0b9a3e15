#include "broker/desk/thread.h"

#include <signal.h>

enum mu_err mu_thread_start(pthread_t *thread, void *(*work)(void *), void *of)
{
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(thread, NULL, work, of);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? MU_OK : MU_E_SYSTEM;
}
