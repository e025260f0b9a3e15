#include "broker/desk/signer.h"

#include <stdlib.h>
#include <string.h>

#include "broker/desk/thread.h"

enum { IDLE, ASKED, DONE, LEAVING };

struct mu_signer {
    struct mu_hash log;
    mu_key *key;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int state;
    struct mu_head head;
    enum mu_err err;
    char note[MU_NOTE_BYTES_MAX];
};

static void change(mu_signer *s, int state)
{
    s->state = state;
    pthread_cond_broadcast(&s->changed);
}

/* The lock is not held while signing: nobody touches head, note and err between ASKED and DONE. */
static void *sign_on_demand(void *of)
{
    mu_signer *s = of;

    pthread_mutex_lock(&s->lock);
    while (s->state != LEAVING) {
        if (s->state != ASKED) {
            pthread_cond_wait(&s->changed, &s->lock);
            continue;
        }
        pthread_mutex_unlock(&s->lock);
        s->err = mu_checkpoint_sign(&s->log, &s->head, s->key, s->note);
        pthread_mutex_lock(&s->lock);
        change(s, DONE);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

enum mu_err mu_signer_open(const struct mu_hash *log, mu_key *key, mu_signer **out)
{
    mu_signer *s = calloc(1, sizeof *s);

    *out = NULL;
    if (s == NULL) {
        mu_key_close(&key);
        return MU_E_NO_MEMORY;
    }
    s->log = *log;
    s->key = key;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    if (mu_thread_start(&s->thread, sign_on_demand, s) != MU_OK) {
        mu_key_close(&s->key);
        free(s);
        return MU_E_SYSTEM;
    }
    *out = s;
    return MU_OK;
}

void mu_signer_close(mu_signer **signer)
{
    mu_signer *s = *signer;

    *signer = NULL;
    if (s == NULL)
        return;
    pthread_mutex_lock(&s->lock);
    while (s->state == ASKED)
        pthread_cond_wait(&s->changed, &s->lock);
    change(s, LEAVING);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    mu_key_close(&s->key);
    free(s);
}

const mu_key *mu_signer_key(const mu_signer *signer)
{
    return signer->key;
}

void mu_signer_start(mu_signer *s, const struct mu_head *head)
{
    pthread_mutex_lock(&s->lock);
    MU_CHECK(s->state == IDLE);
    s->head = *head;
    change(s, ASKED);
    pthread_mutex_unlock(&s->lock);
}

enum mu_err mu_signer_wait(mu_signer *s, char note[MU_NOTE_BYTES_MAX])
{
    enum mu_err err;

    pthread_mutex_lock(&s->lock);
    while (s->state == ASKED)
        pthread_cond_wait(&s->changed, &s->lock);
    MU_CHECK(s->state == DONE);
    s->state = IDLE; /* nobody waits for that */
    err = s->err;
    if (err == MU_OK)
        memcpy(note, s->note, MU_NOTE_BYTES_MAX);
    pthread_mutex_unlock(&s->lock);
    return err;
}
