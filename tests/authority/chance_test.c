/* An auditor walks a county's record of which any byte may have changed: three thousand times, and each is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/walked.h"

#define TRIALS 3000

static uint64_t seed = 20310716;

static uint64_t random_below(uint64_t bound)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % bound;
}

static uint8_t random_flip(void)
{
    return (uint8_t)(1 + random_below(255));
}

/* Change one byte of a seal as it lies in the record; false when it could not be read any more. */
static bool change_seal(struct piece *p, size_t at, uint8_t flip)
{
    uint8_t bytes[MU_SEAL_BYTES];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct mu_reader r;
    uint32_t count = p->batch.seal.count;
    struct mu_seal seal;

    mu_seal_write(&w, &p->batch.seal);
    bytes[at] ^= flip;
    r = mu_reader(mu_written(&w));
    if (mu_seal_read(&r, &seal) != MU_OK || seal.count != count)
        return false;
    p->batch.seal = seal;
    return true;
}

enum target { BODY, SEAL, NUMBER, TIME, EPOCH, JUDGE, CODE, LEAF, STORED, TARGETS };

static bool change_batch(struct piece *p, enum target what, uint64_t where, uint8_t flip)
{
    uint32_t i = (uint32_t)(where % p->batch.seal.count);
    struct mu_audit_item *item = &p->items[i];

    switch (what) {
    case BODY:
        if (item->code == 0)
            walked_body_of(p, i)[where % item->body.size] ^= flip;
        return item->code == 0;
    case SEAL:
        return change_seal(p, where % MU_SEAL_BYTES, flip);
    case NUMBER:
        p->batch.first_number ^= (uint64_t)flip << where % 8 * 8;
        return true;
    case TIME:
        p->batch.accepted_at_ms ^= (int64_t)((uint64_t)flip << where % 8 * 8);
        return true;
    case EPOCH:
        p->batch.epoch ^= (uint32_t)flip << where % 4 * 8;
        return true;
    case JUDGE:
        p->batch.judge_version ^= flip;
        return true;
    case CODE:
        item->code ^= item->code != 0 && item->code != flip ? flip : 0;
        return item->code != 0;
    case LEAF:
        item->leaf.b[where % 32] ^= flip;
        return item->code != 0;
    default:
        p->stored[i].b[where % 32] ^= flip;
        return true;
    }
}

/* Change something of that piece, or undo just that change. */
static bool change(struct piece *p, enum target what, uint64_t where, uint8_t flip)
{
    if (p->sealed != NULL)
        return change_batch(p, what, where, flip);
    if (what == NUMBER) {
        p->size ^= (uint64_t)flip << where % 8 * 8;
        return true;
    }
    p->note[where % (strlen(p->note) - 1)] ^= (char)(flip & 0x7f);
    return (flip & 0x7f) != 0 && strlen(p->note) > 100;
}

/* All damage lies in the piece that was changed; what no key can check any more is named besides. */
static void named_there(const struct piece *p, size_t at, const struct mu_audit_report *report)
{
    uint64_t first = p->batch.first_number, last = first + p->batch.seal.count - 1;

    assert_true(report->damage_count >= 1);
    if (p->sealed == NULL) {
        assert_int_equal(report->damage_count, 1);
        assert_true(report->damage[0].kind == MU_DAMAGE_CHECKPOINT);
        return;
    }
    assert_in_range(report->damage[0].first, first, last);
    if (at <= ENROL_CA) /* damage to who may sign */
        return;
    assert_int_equal(report->damage_count, 1);
    assert_in_range(report->damage[0].last, first, last);
}

static void whatever_is_changed_is_named_where_it_is(void **state)
{
    struct record *r = *state;
    size_t tried = 0, by_kind[MU_DAMAGE_PLACE + 1] = {0};

    for (size_t trial = 0; trial < TRIALS; trial++) {
        size_t at = (size_t)random_below(r->pieces);
        struct piece kept = *r->piece[at];
        enum target what = (enum target)random_below(TARGETS);
        uint64_t where = random_below(1 << 30);
        uint8_t flip = random_flip();

        if (change(r->piece[at], what, where, flip)) {
            struct mu_audit_report report = walked_report(r);

            named_there(&kept, at, &report);
            by_kind[report.damage[0].kind]++;
            tried++;
        }
        if (what == BODY && kept.sealed != NULL)
            (void)change(r->piece[at], what, where, flip);
        *r->piece[at] = kept;
        r->piece[at]->batch.items = r->piece[at]->items;
        r->piece[at]->batch.stored_leaves = r->piece[at]->stored;
        if (trial % 100 == 0)
            walked_passes(r);
    }
    walked_passes(r);
    print_message("# %zu changes, all named: bytes %zu, seal %zu, author %zu, checkpoint %zu\n",
                  tried, by_kind[MU_DAMAGE_BYTES], by_kind[MU_DAMAGE_SEAL],
                  by_kind[MU_DAMAGE_AUTHOR], by_kind[MU_DAMAGE_CHECKPOINT]);
    assert_true(tried >= 1500);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, walked_make, walked_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(whatever_is_changed_is_named_where_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
