/* A ring of checks under one lock; a check that is BUSY belongs to the thread that made it so.
 *
 * The usual path: what is expected is WAITING, the thread beside makes it BUSY and then DONE, and the one
 * that admits finds it so. When it is not DONE yet, that one does not idle: it takes what waits, the
 * oldest first, until its own is there. */
#include "broker/desk/checker.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "broker/desk/thread.h"

enum { WAITING, BUSY, DONE };

struct check {
    int state;
    struct mu_bytes bytes;
    mu_verifier *key;
    struct mu_batch batch;
    enum mu_err err;
    struct mu_item items[MU_BATCH_EVENTS_MAX];
};

struct mu_checker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool leaving;
    uint64_t first, next; /* of the ring, the oldest and one past the newest */
    struct check check[MU_CHECKS_MAX];
};

static struct check *at(mu_checker *c, uint64_t i)
{
    return &c->check[i % MU_CHECKS_MAX];
}

/* ---- checking -------------------------------------------------------------------------------- */
static struct check *oldest_waiting(mu_checker *c)
{
    for (uint64_t i = c->first; i < c->next; i++)
        if (at(c, i)->state == WAITING)
            return at(c, i);
    return NULL;
}

/* The lock is held before and after, not meanwhile. */
static void run(mu_checker *c, struct check *check)
{
    check->state = BUSY;
    pthread_mutex_unlock(&c->lock);
    check->err = mu_batch_read(check->bytes, check->items, &check->batch);
    if (check->err == MU_OK)
        check->err = mu_batch_check(&check->batch, check->key);
    pthread_mutex_lock(&c->lock);
    check->state = DONE;
    pthread_cond_broadcast(&c->changed);
}

static void run_or_wait(mu_checker *c)
{
    struct check *check = oldest_waiting(c);

    if (check != NULL)
        run(c, check);
    else
        pthread_cond_wait(&c->changed, &c->lock);
}

static void *check_on_demand(void *of)
{
    mu_checker *c = of;

    pthread_mutex_lock(&c->lock);
    while (!c->leaving)
        run_or_wait(c);
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* ---- asking ---------------------------------------------------------------------------------- */
void mu_checker_expect(mu_checker *c, struct mu_bytes bytes, const mu_verifier *key)
{
    mu_verifier *copy = NULL;
    struct check *check;

    if (c->next - c->first == MU_CHECKS_MAX || mu_verifier_copy(key, &copy) != MU_OK)
        return;
    pthread_mutex_lock(&c->lock);
    check = at(c, c->next++);
    check->state = WAITING;
    check->bytes = bytes;
    check->key = copy;
    pthread_cond_signal(&c->changed);
    pthread_mutex_unlock(&c->lock);
}

/* Only the thread that admits moves the ring, so it may look at it without the lock. */
static struct check *find(mu_checker *c, struct mu_bytes bytes)
{
    for (uint64_t i = c->first; i < c->next; i++)
        if (at(c, i)->bytes.data == bytes.data && at(c, i)->bytes.size == bytes.size)
            return at(c, i);
    return NULL;
}

static bool same_key(const mu_verifier *a, const mu_verifier *b)
{
    return memcmp(mu_verifier_public(a), mu_verifier_public(b), sizeof(struct mu_public)) == 0;
}

enum mu_err mu_checker_check(mu_checker *c, struct mu_bytes bytes, const mu_verifier *key,
                             struct mu_batch *batch)
{
    struct check *check = find(c, bytes);

    if (check == NULL || !same_key(check->key, key))
        return mu_batch_check(batch, key);
    pthread_mutex_lock(&c->lock);
    while (check->state != DONE)
        run_or_wait(c);
    pthread_mutex_unlock(&c->lock);
    *batch = check->batch;
    return check->err;
}

/* What waits still need not be done at all; what is being done must end first. */
void mu_checker_forget(mu_checker *c, struct mu_bytes bytes)
{
    struct check *check = at(c, c->first);

    if (c->first == c->next || check != find(c, bytes))
        return;
    pthread_mutex_lock(&c->lock);
    while (check->state == BUSY)
        run_or_wait(c);
    c->first++;
    pthread_mutex_unlock(&c->lock);
    mu_verifier_close(&check->key);
}

/* ---- opening --------------------------------------------------------------------------------- */
enum mu_err mu_checker_open(mu_checker **out)
{
    mu_checker *c = calloc(1, sizeof *c);

    *out = NULL;
    if (c == NULL)
        return MU_E_NO_MEMORY;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->changed, NULL);
    if (mu_thread_start(&c->thread, check_on_demand, c) != MU_OK) {
        free(c);
        return MU_E_SYSTEM;
    }
    *out = c;
    return MU_OK;
}

void mu_checker_close(mu_checker **checker)
{
    mu_checker *c = *checker;

    *checker = NULL;
    if (c == NULL)
        return;
    while (c->first < c->next)
        mu_checker_forget(c, at(c, c->first)->bytes);
    pthread_mutex_lock(&c->lock);
    c->leaving = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
