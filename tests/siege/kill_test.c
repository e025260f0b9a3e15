/* kill -9 of the real broker, right after an ACCEPTED and with more on the way: what was acknowledged stands
 * after the restart, under the same number with the same leaf, and every checkpoint ever shown is a beginning
 * of the record as it is now. The tree is rebuilt here from what is delivered; nothing the broker says about
 * itself is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "proto/sign/checkpoint.h"
#include "proto/sign/merkle.h"
#include "tests/help/county.h"
#include "tests/help/founded.h"
#include "tests/help/served.h"

#define KILLS 20
#define WINDOW 8
#define PER_LIFE_MAX 30
#define BATCHES_MAX (KILLS * (PER_LIFE_MAX + WINDOW) + WINDOW)
#define ENTRIES_MAX (4 + 3 * BATCHES_MAX)
#define EM_SEED 30

struct scene {
    struct served house;
    struct founded words;
    struct caller admin, em;
    mu_verifier *log_key;
    uint64_t dice;

    struct help_batch *batch[BATCHES_MAX]; /* in the order said */
    uint64_t number[BATCHES_MAX];          /* as acknowledged; 0: not yet */
    size_t said, acknowledged;
    struct mu_head heads[BATCHES_MAX + 2 * KILLS]; /* every checkpoint ever shown */
    size_t shown;

    struct mu_hash author[ENTRIES_MAX], leaves[ENTRIES_MAX]; /* the record as delivered */
    uint64_t entries;
};

static uint64_t roll(struct scene *s, uint64_t bound)
{
    s->dice = s->dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (s->dice >> 33) % bound;
}

/* ---- what is shown ----------------------------------------------------------------------------- */
static const struct mu_head *note_head(struct scene *s, struct mu_bytes note)
{
    struct mu_head *head = &s->heads[s->shown];

    assert_true(s->shown < sizeof s->heads / sizeof s->heads[0]);
    assert_int_equal(mu_checkpoint_read(note, &s->house.log, s->log_key, NULL, head), MU_OK);
    s->shown++;
    return head;
}

static void greet(struct scene *s, struct caller *c)
{
    caller_connect(c, &s->house);
    assert_int_equal(caller_hello(c), MU_FRAME_WELCOME);
    note_head(s, c->heard.as.welcome.note);
}

/* ---- saying ------------------------------------------------------------------------------------ */
static void say_next(struct scene *s)
{
    struct mu_bytes body[3];
    size_t count = 1 + (size_t)roll(s, 3);

    assert_true(s->said < BATCHES_MAX);
    mu_arena_reset(&s->words.arena);
    for (size_t i = 0; i < count; i++)
        body[i] = founded_report(&s->words, (unsigned)(s->said * 3 + i));
    s->batch[s->said] = help_seal_bodies(&s->em.lane[1], body, NULL, count);
    caller_submit(&s->em, 1, s->batch[s->said++]);
}

/* The log leaves this answer claims must lead, with its proof, to the checkpoint it carries. */
static void check_proof(const struct mu_accepted *f, const struct help_batch *batch,
                        const struct mu_head *head)
{
    struct mu_hash leaves[3], root;
    struct mu_proof proof = {.count = f->proof_count};

    assert_true(f->proof.size == proof.count * 32 && proof.count <= MU_PROOF_MAX);
    memcpy(proof.hash, f->proof.data, f->proof.size);
    for (uint32_t i = 0; i < f->count; i++) {
        struct mu_record record = {.epoch = f->epoch,
                                   .number = f->first_number + i,
                                   .accepted_at_ms = f->accepted_at_ms,
                                   .judge_version = f->judge_version,
                                   .author_leaf = batch->items[i].leaf};

        leaves[i] = mu_log_leaf(&record);
    }
    assert_int_equal(
        mu_range_root(leaves, f->first_number - 1, f->count, head->size, &proof, &root), MU_OK);
    assert_memory_equal(root.b, head->root.b, sizeof root.b);
}

static void hear_next_accepted(struct scene *s)
{
    const struct mu_accepted *f = &s->em.heard.as.accepted;
    const struct help_batch *batch = s->batch[s->acknowledged];

    assert_int_equal(caller_hear(&s->em), MU_FRAME_ACCEPTED);
    assert_int_equal(f->first_sequence, batch->batch.seal.first_sequence);
    assert_int_equal(f->count, batch->batch.seal.count);
    assert_int_equal(f->refusals, 0);
    check_proof(f, batch, note_head(s, f->note));
    s->number[s->acknowledged++] = f->first_number;
}

/* One life of the broker: so many are acknowledged, some more are on the way, and it is dead. */
static void live(struct scene *s)
{
    size_t wanted = s->acknowledged + 1 + (size_t)roll(s, PER_LIFE_MAX);
    size_t ahead = (size_t)roll(s, WINDOW + 1);
    struct timespec moment = {.tv_nsec = (long)roll(s, 3000000)};

    while (s->acknowledged < wanted) {
        while (s->said < s->acknowledged + 1 + ahead)
            say_next(s);
        hear_next_accepted(s);
    }
    while (s->said < s->acknowledged + ahead)
        say_next(s);
    if (roll(s, 2) == 0) /* somewhere in the turn that takes the rest; or right after the answer */
        nanosleep(&moment, NULL);
    served_kill(&s->house);
}

/* What was acknowledged is known; what was not is asked again, with the same bytes. */
static void live_again(struct scene *s)
{
    const struct help_batch *last = s->batch[s->acknowledged - 1];
    uint64_t held, acknowledged = last->batch.seal.first_sequence + last->batch.seal.count - 1;

    served_start(&s->house);
    greet(s, &s->em);
    held = s->em.heard.as.welcome.lane[1].sequence;
    assert_true(held >= acknowledged);
    if (held == acknowledged)
        assert_memory_equal(s->em.heard.as.welcome.lane[1].leaf.b,
                            last->items[last->batch.seal.count - 1].leaf.b, 32);
    for (size_t i = s->acknowledged; i < s->said; i++)
        caller_submit(&s->em, 1, s->batch[i]);
    while (s->acknowledged < s->said)
        hear_next_accepted(s);
}

/* ---- the record as delivered ------------------------------------------------------------------- */
static void take_slice(struct scene *s, const struct mu_slice *slice)
{
    struct mu_item items[MU_BATCH_EVENTS_MAX];
    struct mu_reader r = mu_reader(slice->seal);
    struct mu_batch batch = {.items = items};
    struct mu_bytes left = slice->items;

    assert_int_equal(slice->first_number, s->entries + 1);
    assert_int_equal(mu_seal_read(&r, &batch.seal), MU_OK);
    memset(items, 0, slice->count * sizeof items[0]);
    for (uint32_t i = 0; i < slice->count; i++) {
        struct mu_slice_item item;

        assert_int_equal(mu_slice_item_next(&left, &item), MU_OK);
        assert_int_equal(item.what, MU_SLICE_FULL);
        items[i].body = item.body;
    }
    mu_batch_leaves(&batch);
    for (uint32_t i = 0; i < slice->count; i++) {
        struct mu_record record = {.epoch = 1,
                                   .number = s->entries + 1,
                                   .accepted_at_ms = slice->accepted_at_ms,
                                   .judge_version = slice->judge_version,
                                   .author_leaf = items[i].leaf};

        assert_true(s->entries < ENTRIES_MAX);
        s->author[s->entries] = items[i].leaf;
        s->leaves[s->entries++] = mu_log_leaf(&record);
    }
}

static void read_all(struct scene *s)
{
    const struct mu_deliver *d = &s->admin.heard.as.deliver;

    greet(s, &s->admin);
    caller_follow(&s->admin, 1, 1, 16u << 20, "");
    do {
        struct mu_slice slice;
        struct mu_bytes left;

        caller_hear_type(&s->admin, MU_FRAME_DELIVER);
        left = d->slice_bytes;
        for (uint16_t i = 0; i < d->slices; i++) {
            assert_int_equal(mu_slice_next(&left, &slice), MU_OK);
            take_slice(s, &slice);
        }
    } while (d->through < d->head);
}

static enum mu_err node(void *from, unsigned level, uint64_t index, struct mu_hash *out)
{
    const struct scene *s = from;

    mu_tree_root(s->leaves + (index << level), (size_t)1 << level, out);
    return MU_OK;
}

static bool is_beginning(struct scene *s, const struct mu_head *old)
{
    struct mu_hash root;
    struct mu_proof proof;

    if (old->size > s->entries)
        return false;
    mu_tree_root(s->leaves, s->entries, &root);
    assert_int_equal(mu_consistency_prove(node, s, old->size, s->entries, &proof), MU_OK);
    return mu_consistency_check(old->size, &old->root, s->entries, &root, &proof) == MU_OK;
}

static void all_acknowledged_stand(struct scene *s)
{
    uint64_t events = 0;

    assert_int_equal(s->acknowledged, s->said);
    for (size_t i = 0; i < s->said; i++) {
        const struct help_batch *batch = s->batch[i];

        for (uint32_t k = 0; k < batch->batch.seal.count; k++)
            assert_memory_equal(s->author[s->number[i] - 1 + k].b, batch->items[k].leaf.b, 32);
        /* numbers rise with the sequence, so none stands twice ... */
        assert_true(i == 0 || s->number[i] >= s->number[i - 1] + s->batch[i - 1]->batch.seal.count);
        events += batch->batch.seal.count;
    }
    assert_int_equal(s->entries, 2 + events); /* ... and nothing else is there */
}

static void every_checkpoint_shown_is_a_beginning(struct scene *s)
{
    struct mu_head other;

    for (size_t i = 0; i < s->shown; i++)
        if (!is_beginning(s, &s->heads[i]))
            fail_msg("the checkpoint over %llu entries is of another record",
                     (unsigned long long)s->heads[i].size);
    other = s->heads[s->shown / 2]; /* the control */
    other.root.b[3] ^= 1;
    assert_false(is_beginning(s, &other));
    other = s->heads[s->shown / 2];
    s->leaves[other.size / 2].b[0] ^= 1;
    assert_false(is_beginning(s, &other));
    s->leaves[other.size / 2].b[0] ^= 1;
}

static void the_auditor_agrees(struct scene *s)
{
    char line[512];
    const char *build = getenv("B");

    snprintf(line, sizeof line, "%s/muster-replay verify %s >/dev/null 2>&1",
             build != NULL ? build : "build", s->house.dir);
    assert_int_equal(system(line), 0);
}

static void killed_twenty_times_nothing_acknowledged_is_lost(void **state)
{
    struct scene *s = *state;

    for (unsigned i = 0; i < KILLS; i++) {
        live(s);
        live_again(s);
    }
    read_all(s);
    all_acknowledged_stand(s);
    every_checkpoint_shown_is_a_beginning(s);
    the_auditor_agrees(s);
    print_message("# %zu batches, %llu entries, %zu checkpoints\n", s->said,
                  (unsigned long long)s->entries, s->shown);
}

/* ---- the scene --------------------------------------------------------------------------------- */
static int open_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    const char *seed = getenv("SEED");

    assert_non_null(s);
    s->dice = seed != NULL ? strtoull(seed, NULL, 10) : 20310716;
    served_open(&s->house, "step", NULL);
    assert_int_equal(mu_verifier_open(&s->house.log_key, &s->log_key), MU_OK);
    s->words.arena = mu_arena_make((size_t)64 << 20);
    caller_admin(&s->admin, &s->house);
    greet(s, &s->admin);
    caller_make(&s->em, &s->house, EM_SEED);
    served_enrol(&s->house, &s->admin, &s->em, "EM", "emergency_management");
    greet(s, &s->em);
    *state = s;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *s = *state;

    caller_close(&s->admin);
    caller_close(&s->em);
    served_close(&s->house);
    mu_verifier_close(&s->log_key);
    mu_arena_free(&s->words.arena);
    for (size_t i = 0; i < s->said; i++)
        help_batch_free(&s->batch[i]);
    free(s);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(killed_twenty_times_nothing_acknowledged_is_lost,
                                        open_scene, close_scene),
    };

    return cmocka_run_group_tests_name("kill", tests, NULL, NULL);
}
