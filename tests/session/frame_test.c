/* Frames: what is written is what is read, and nothing shorter, longer or stranger is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/frames.h"

static struct mu_reader payload_of(const uint8_t *frame, size_t size, struct mu_frame_head *head)
{
    struct mu_reader r = mu_reader((struct mu_bytes){frame, size});

    assert_int_equal(mu_frame_head_read(&r, head), MU_OK);
    return r;
}

static void every_frame_reads_as_it_was_written(void **state)
{
    uint8_t frame[HELP_FRAME_MAX], again[HELP_FRAME_MAX];
    struct mu_writer w = mu_writer(again, sizeof again);
    struct mu_frame_head head;
    struct mu_reader r;
    struct mu_hello hello;
    struct mu_welcome welcome;
    struct mu_accepted accepted;
    struct mu_deliver deliver;
    size_t size;

    (void)state;
    size = help_frame(MU_FRAME_HELLO, frame);
    r = payload_of(frame, size, &head);
    assert_int_equal(mu_hello_read(&r, &hello), MU_OK);
    mu_hello_write(&w, &hello);
    assert_int_equal(w.used, size);
    assert_memory_equal(frame, again, size);

    w.used = 0;
    size = help_frame(MU_FRAME_WELCOME, frame);
    r = payload_of(frame, size, &head);
    assert_int_equal(mu_welcome_read(&r, &welcome), MU_OK);
    mu_welcome_write(&w, &welcome);
    assert_int_equal(w.used, size);
    assert_memory_equal(frame, again, size);

    w.used = 0;
    size = help_frame(MU_FRAME_ACCEPTED, frame);
    r = payload_of(frame, size, &head);
    assert_int_equal(mu_accepted_read(&r, &accepted), MU_OK);
    mu_accepted_write(&w, head.lane, &accepted);
    assert_int_equal(w.used, size);
    assert_memory_equal(frame, again, size);

    w.used = 0;
    size = help_frame(MU_FRAME_DELIVER, frame);
    r = payload_of(frame, size, &head);
    assert_int_equal(mu_deliver_read(&r, &deliver), MU_OK);
    deliver.lane = head.lane;
    mu_deliver_write(&w, &deliver);
    assert_int_equal(w.used, size);
    assert_memory_equal(frame, again, size);
}

/* Copied to the heap at its exact size, so that the address checker sees one byte too many. */
static enum mu_err read_cut(uint8_t type, const uint8_t *frame, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    struct mu_frame_head head;
    struct mu_reader r;
    enum mu_err err;

    assert_non_null(copy);
    memcpy(copy, frame, size);
    r = mu_reader((struct mu_bytes){copy, size});
    err = mu_frame_head_read(&r, &head);
    if (err == MU_OK)
        err = help_frame_read(type, (struct mu_bytes){r.at, r.left});
    free(copy);
    return err;
}

static void a_frame_cut_anywhere_is_bad(void **state)
{
    uint8_t frame[HELP_FRAME_MAX];

    (void)state;
    for (uint8_t type = 1; type < MU_FRAME_TYPES; type++) {
        size_t size = help_frame(type, frame);

        if (size == 0 || type == MU_FRAME_SUBMIT)
            continue;
        assert_int_equal(read_cut(type, frame, size), MU_OK);
        for (size_t cut = 0; cut < size; cut++)
            assert_int_equal(read_cut(type, frame, cut), MU_E_BAD_FRAME);
    }
}

static void a_frame_with_a_byte_too_many_is_bad(void **state)
{
    uint8_t frame[HELP_FRAME_MAX + 1];

    (void)state;
    for (uint8_t type = 1; type < MU_FRAME_TYPES; type++) {
        size_t size = help_frame(type, frame);

        if (size == 0 || type == MU_FRAME_SUBMIT)
            continue;
        frame[size] = 0;
        assert_int_equal(read_cut(type, frame, size + 1), MU_E_BAD_FRAME);
    }
}

static enum mu_err head_of(uint8_t version, uint8_t type, uint8_t flags, uint8_t lane)
{
    uint8_t bytes[4] = {version, type, flags, lane};
    struct mu_reader r = mu_reader((struct mu_bytes){bytes, sizeof bytes});
    struct mu_frame_head head;

    return mu_frame_head_read(&r, &head);
}

static void heads_that_cannot_be_are_named(void **state)
{
    (void)state;
    assert_int_equal(head_of(1, MU_FRAME_SUBMIT, MU_FRAME_MORE, 2), MU_OK);
    assert_int_equal(head_of(2, MU_FRAME_SUBMIT, 0, 0), MU_E_VERSION);
    assert_int_equal(head_of(1, 0, 0, 0), MU_E_BAD_FRAME);
    assert_int_equal(head_of(1, MU_FRAME_TYPES, 0, 0), MU_E_BAD_FRAME);
    assert_int_equal(head_of(1, MU_FRAME_SUBMIT, 2, 0), MU_E_BAD_FRAME);
    assert_int_equal(head_of(1, MU_FRAME_SUBMIT, 0, 3), MU_E_BAD_FRAME);
    assert_int_equal(head_of(1, MU_FRAME_HELLO, 0, 1), MU_E_BAD_FRAME);
    assert_int_equal(head_of(1, MU_FRAME_HELLO, MU_FRAME_MORE, 0), MU_E_BAD_FRAME);
    assert_int_equal(head_of(1, MU_FRAME_ACCEPTED, MU_FRAME_MORE, 0), MU_E_BAD_FRAME);
}

/* Each writes one thing that a frame must not say. */
static void values_that_cannot_be_are_bad(void **state)
{
    uint8_t out[2048], parts[512];
    struct mu_writer w = mu_writer(out, sizeof out), p = mu_writer(parts, sizeof parts);
    struct mu_slice slice = {.first_number = 1, .count = 1, .seal = help_bytes("s")};
    struct mu_accepted accepted = {
        .first_sequence = 1, .count = 1, .first_number = 1, .refusals = 1};

    (void)state;
    mu_follow_write(&w, &(struct mu_follow){.id = 1, .from = 0, .lanes = 7});
    assert_int_equal(read_cut(MU_FRAME_FOLLOW, out, w.used), MU_E_BAD_FRAME);

    w.used = 0;
    mu_follow_write(&w, &(struct mu_follow){.id = 1, .from = 1, .lanes = 8});
    assert_int_equal(read_cut(MU_FRAME_FOLLOW, out, w.used), MU_E_BAD_FRAME);

    w.used = 0;
    mu_bye_write(&w, &(struct mu_bye){1, {(const uint8_t *)"\xff", 1}});
    assert_int_equal(read_cut(MU_FRAME_BYE, out, w.used), MU_E_BAD_FRAME);

    /* a refusal of an event that is not in the batch */
    mu_refusal_write(&p, &(struct mu_refusal){1, MU_E_MISSING, help_bytes("")});
    accepted.refusal_bytes = mu_written(&p);
    w.used = 0;
    mu_accepted_write(&w, 0, &accepted);
    assert_int_equal(read_cut(MU_FRAME_ACCEPTED, out, w.used), MU_E_BAD_FRAME);

    /* a slice past `through` */
    p.used = 0;
    mu_slice_item_write(&p, &(struct mu_slice_item){.what = MU_SLICE_LEFT_OUT});
    slice.items = mu_written(&p);
    slice.first_number = 5;
    w.used = 0;
    {
        uint8_t bytes[256];
        struct mu_writer s = mu_writer(bytes, sizeof bytes);
        struct mu_deliver deliver = {.id = 1, .through = 4, .head = 9, .slices = 1};

        mu_slice_write(&s, &slice);
        deliver.slice_bytes = mu_written(&s);
        mu_deliver_write(&w, &deliver);
        assert_int_equal(read_cut(MU_FRAME_DELIVER, out, w.used), MU_E_BAD_FRAME);
        w.used = 0;
        deliver.through = 5; /* the same with nothing wrong */
        mu_deliver_write(&w, &deliver);
        assert_int_equal(read_cut(MU_FRAME_DELIVER, out, w.used), MU_OK);
    }
}

static void fragments_add_up_to_the_frame(void **state)
{
    uint8_t frame[HELP_FRAME_MAX], piece[64], whole[HELP_FRAME_MAX];

    (void)state;
    for (size_t bytes_max = 5; bytes_max <= sizeof piece; bytes_max++) {
        size_t size = help_frame(MU_FRAME_DELIVER, frame), at = 0, used = MU_FRAME_HEAD_BYTES;
        bool more = true;

        memcpy(whole, frame, MU_FRAME_HEAD_BYTES);
        for (;;) {
            struct mu_writer w = mu_writer(piece, sizeof piece);

            if (!mu_frame_cut((struct mu_bytes){frame, size}, bytes_max, &at, &w))
                break;
            assert_true(more);
            assert_true(w.used > MU_FRAME_HEAD_BYTES && w.used <= bytes_max);
            assert_int_equal(piece[1], MU_FRAME_DELIVER);
            assert_int_equal(piece[3], MU_LANE_ROUTINE);
            more = piece[2] == MU_FRAME_MORE;
            memcpy(whole + used, piece + MU_FRAME_HEAD_BYTES, w.used - MU_FRAME_HEAD_BYTES);
            used += w.used - MU_FRAME_HEAD_BYTES;
        }
        assert_false(more);
        assert_int_equal(used, size);
        assert_memory_equal(whole, frame, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_reads_as_it_was_written),
        cmocka_unit_test(a_frame_cut_anywhere_is_bad),
        cmocka_unit_test(a_frame_with_a_byte_too_many_is_bad),
        cmocka_unit_test(heads_that_cannot_be_are_named),
        cmocka_unit_test(values_that_cannot_be_are_bad),
        cmocka_unit_test(fragments_add_up_to_the_frame),
    };

    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
