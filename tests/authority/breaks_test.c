/* What an audit makes of what a record says of its epochs: believed when it is so, named when not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/authority/breaks.h"

static struct mu_hash root = {{7}}, other = {{8}}, leaf = {{9}};

static Muster__Epoch opening(uint32_t epoch, uint32_t old, uint64_t size)
{
    Muster__Epoch said = MUSTER__EPOCH__INIT;

    said.has_epoch = said.has_old_epoch = said.has_own_size = said.has_own_root = true;
    said.epoch = epoch;
    said.old_epoch = old;
    said.own_size = size;
    said.own_root = (ProtobufCBinaryData){sizeof root.b, root.b};
    return said;
}

static bool take(struct mu_breaks *breaks, const Muster__Epoch *said, uint32_t epoch,
                 uint64_t number, const struct mu_hash *before)
{
    bool fits = false;

    assert_int_equal(mu_breaks_take(breaks, said, epoch, number, before, &fits), MU_OK);
    return fits;
}

static bool give(struct mu_breaks *breaks, uint64_t number, uint32_t epoch, uint64_t first,
                 uint32_t count)
{
    Muster__Epoch said = MUSTER__EPOCH__INIT;
    Muster__EpochReturned returned = MUSTER__EPOCH_RETURNED__INIT;

    returned.epoch = epoch;
    returned.first_number = first;
    returned.count = count;
    returned.number = number + 1;
    returned.leaf = (ProtobufCBinaryData){sizeof leaf.b, leaf.b};
    said.has_epoch = true;
    said.epoch = breaks->epoch;
    said.returned = &returned;
    return take(breaks, &said, breaks->epoch, number, NULL);
}

static void only_what_continues_the_record_begins_an_epoch(void **state)
{
    struct mu_breaks breaks = {.epoch = 1};
    Muster__Epoch said = opening(2, 1, 50);

    (void)state;
    assert_false(take(&breaks, &said, 2, 52, &root)); /* entries lie between */
    assert_false(take(&breaks, &said, 2, 51, &other));
    assert_false(take(&breaks, &said, 3, 51, &root)); /* recorded in another than it says */
    said.old_epoch = 7;
    assert_false(take(&breaks, &said, 2, 51, &root));
    said = opening(1, 1, 50);
    assert_false(take(&breaks, &said, 1, 51, &root)); /* there is none to speak of */
    said = opening(2, 1, 50);
    said.has_common = true;
    said.common = 51;
    assert_false(take(&breaks, &said, 2, 51, &root));
    assert_int_equal(breaks.epoch, 1);
    said.common = 40;
    assert_true(take(&breaks, &said, 2, 51, &root));
    assert_int_equal(breaks.epoch, 2);
    assert_int_equal(breaks.at[0].kept, 40);
    mu_breaks_free(&breaks);
}

static void what_is_not_back_is_lost(void **state)
{
    struct mu_breaks breaks = {.epoch = 1};
    Muster__Epoch said = opening(2, 1, 50), more = MUSTER__EPOCH__INIT;
    uint64_t first = 1, last;

    (void)state;
    assert_true(take(&breaks, &said, 2, 51, NULL));
    assert_false(mu_breaks_lost(&breaks, &breaks.at[0], &first, &last)); /* nobody has shown any */
    more.has_epoch = more.has_foreign_size = more.has_foreign_epoch = true;
    more.epoch = 2;
    more.foreign_epoch = 1;
    more.foreign_size = 70;
    assert_true(take(&breaks, &more, 2, 52, NULL));
    assert_true(give(&breaks, 53, 1, 60, 3));
    assert_true(give(&breaks, 55, 1, 55, 2));
    assert_true(give(&breaks, 57, 1, 57, 3));  /* 55-62 are one stretch now */
    assert_false(give(&breaks, 59, 2, 51, 1)); /* of this very epoch */
    assert_false(give(&breaks, 59, 1, 63, 0));
    first = 1;
    assert_true(mu_breaks_lost(&breaks, &breaks.at[0], &first, &last));
    assert_int_equal(first, 51);
    assert_int_equal(last, 54);
    first = last + 1;
    assert_true(mu_breaks_lost(&breaks, &breaks.at[0], &first, &last));
    assert_int_equal(first, 63);
    assert_int_equal(last, 70);
    first = last + 1;
    assert_false(mu_breaks_lost(&breaks, &breaks.at[0], &first, &last));
    assert_int_equal(breaks.at[0].returned, 8);
    mu_breaks_free(&breaks);
}

static void what_is_announced_must_follow(void **state)
{
    struct mu_breaks breaks = {.epoch = 1};
    Muster__Epoch said = opening(2, 1, 50);

    (void)state;
    assert_true(take(&breaks, &said, 2, 51, NULL));
    assert_int_equal(mu_breaks_ask(&breaks, 52, &leaf), MU_NOT_ANNOUNCED);
    assert_true(give(&breaks, 52, 1, 51, 1));
    assert_int_equal(mu_breaks_ask(&breaks, 53, &leaf), MU_ANNOUNCED);
    assert_int_equal(mu_breaks_ask(&breaks, 54, &leaf), MU_NOT_ANNOUNCED); /* once */
    assert_true(give(&breaks, 54, 1, 52, 1));
    assert_int_equal(mu_breaks_ask(&breaks, 55, &other), MU_ANNOUNCED_OTHER);
    assert_true(give(&breaks, 56, 1, 53, 1));
    assert_int_equal(mu_breaks_ask(&breaks, 58, &leaf), MU_ANNOUNCED_OTHER);
    mu_breaks_free(&breaks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_continues_the_record_begins_an_epoch),
        cmocka_unit_test(what_is_not_back_is_lost),
        cmocka_unit_test(what_is_announced_must_follow),
    };

    return cmocka_run_group_tests_name("breaks", tests, NULL, NULL);
}
