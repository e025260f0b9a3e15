#include "tests/help/frames.h"

#include <string.h>

struct mu_bytes help_bytes(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, strlen(text)};
}

static struct mu_hash hash_of(uint8_t byte)
{
    struct mu_hash h;

    memset(h.b, byte, sizeof h.b);
    return h;
}

static void write_hello(struct mu_writer *w)
{
    struct mu_hello f = {
        .agent = {{1, 2, 3}},
        .instance = 7,
        .log = hash_of(0xaa),
        .head_epoch = 1,
        .head_size = 42,
        .head_root = hash_of(0xbb),
        .lane = {{1, hash_of(0x11)}, {2, hash_of(0x22)}, {3, hash_of(0x33)}},
        .wall_ms = 1767225600000,
        .credit_bytes = 65536,
        .fragment_bytes = 1024,
        .program = help_bytes("muster-supply"),
        .note = help_bytes("muster/aa/1\n42\n"),
    };

    mu_hello_write(w, &f);
}

static void write_welcome(struct mu_writer *w)
{
    struct mu_welcome f = {
        .log = hash_of(0xaa),
        .epoch = 1,
        .log_now_ms = 1767225600000,
        .rate_milli = 1000,
        .status = 3,
        .lane = {{1, hash_of(0x11)}, {2, hash_of(0x22)}, {3, hash_of(0x33)}},
        .credit_bytes = 1u << 20,
        .backed_up_through = 5,
        .common = 42,
        .note = help_bytes("muster/aa/1\n42\n"),
    };

    mu_welcome_write(w, &f);
}

static void write_submit(struct mu_writer *w)
{
    mu_submit_write(w, MU_LANE_URGENT, help_bytes("a sealed batch"));
}

static void write_accepted(struct mu_writer *w)
{
    uint8_t refusals[128];
    struct mu_hash proof[2] = {hash_of(1), hash_of(2)};
    struct mu_writer r = mu_writer(refusals, sizeof refusals);
    struct mu_accepted f = {
        .first_sequence = 9,
        .count = 3,
        .epoch = 1,
        .first_number = 40,
        .accepted_at_ms = 1767225600000,
        .judge_version = 1,
        .refusals = 2,
        .proof_count = 2,
        .proof = {proof[0].b, sizeof proof},
        .note = help_bytes("muster/aa/1\n42\n"),
    };

    mu_refusal_write(&r, &(struct mu_refusal){0, MU_E_MISSING, help_bytes("envelope.area")});
    mu_refusal_write(&r, &(struct mu_refusal){2, MU_E_NO_KIND, help_bytes("")});
    f.refusal_bytes = mu_written(&r);
    mu_accepted_write(w, MU_LANE_URGENT, &f);
}

static void write_refused(struct mu_writer *w)
{
    struct mu_refused f = {9, MU_E_GAP, 250, 4, help_bytes("")};

    mu_refused_write(w, MU_LANE_ROUTINE, &f);
}

static void write_return(struct mu_writer *w)
{
    struct mu_return f = {help_bytes("an answer"), help_bytes("a sealed batch")};

    mu_return_write(w, MU_LANE_URGENT, &f);
}

static void write_follow(struct mu_writer *w)
{
    struct mu_follow f = {1, 1, 43, 7, 65536, help_bytes("type=evacuation")};

    mu_follow_write(w, &f);
}

static void write_deliver(struct mu_writer *w)
{
    uint8_t items[512], slices[1024];
    struct mu_writer i = mu_writer(items, sizeof items), s = mu_writer(slices, sizeof slices);
    struct mu_slice slice = {
        .first_number = 40, .accepted_at_ms = 5, .judge_version = 1, .count = 3};
    struct mu_deliver f = {.id = 1, .epoch = 1, .through = 42, .head = 42, .slices = 1};

    mu_slice_item_write(&i, &(struct mu_slice_item){.what = MU_SLICE_FULL,
                                                    .has_private = true,
                                                    .committed = hash_of(4),
                                                    .body = help_bytes("a body")});
    mu_slice_item_write(&i, &(struct mu_slice_item){.what = MU_SLICE_LEFT_OUT, .leaf = hash_of(5)});
    mu_slice_item_write(&i, &(struct mu_slice_item){.what = MU_SLICE_REFUSED,
                                                    .leaf = hash_of(6),
                                                    .code = MU_E_MISSING,
                                                    .path = help_bytes("envelope.area")});
    slice.items = mu_written(&i);
    slice.seal = help_bytes("a seal");
    mu_slice_write(&s, &slice);
    f.slice_bytes = mu_written(&s);
    f.note = help_bytes("muster/aa/1\n42\n");
    f.lane = MU_LANE_ROUTINE;
    mu_deliver_write(w, &f);
}

static void write_credit(struct mu_writer *w)
{
    mu_credit_write(w, &(struct mu_credit){1, 4096, 3000});
}

static void write_receipt(struct mu_writer *w)
{
    static const uint8_t blank[MU_FRAME_RECEIPT_BYTES] = "the 288 bytes of a receipt";

    mu_receipt_frame_write(
        w, &(struct mu_receipt_frame){{blank, sizeof blank}, help_bytes("area=cn/99/01/21")});
}

static void write_ping(struct mu_writer *w)
{
    mu_ping_write(w, &(struct mu_ping){1767225600000, 42});
}

static void write_pong(struct mu_writer *w)
{
    mu_pong_write(w, &(struct mu_pong){1767225600000, 1767225600007, 41, 1767225600005});
}

static void write_clock(struct mu_writer *w)
{
    mu_clock_frame_write(w, &(struct mu_clock_frame){1767225660000});
}

static void write_bye(struct mu_writer *w)
{
    mu_bye_write(w, &(struct mu_bye){MU_E_OUT_OF_TURN, help_bytes("say HELLO first")});
}

static void write_join(struct mu_writer *w)
{
    mu_join_frame_write(w, &(struct mu_join_frame){1, MU_JOIN_PASS, 0, help_bytes("four words")});
}

static void (*const writers[MU_FRAME_TYPES])(struct mu_writer *) = {
    [MU_FRAME_HELLO] = write_hello,     [MU_FRAME_WELCOME] = write_welcome,
    [MU_FRAME_SUBMIT] = write_submit,   [MU_FRAME_ACCEPTED] = write_accepted,
    [MU_FRAME_REFUSED] = write_refused, [MU_FRAME_FOLLOW] = write_follow,
    [MU_FRAME_DELIVER] = write_deliver, [MU_FRAME_CREDIT] = write_credit,
    [MU_FRAME_RECEIPT] = write_receipt, [MU_FRAME_PING] = write_ping,
    [MU_FRAME_PONG] = write_pong,       [MU_FRAME_CLOCK] = write_clock,
    [MU_FRAME_BYE] = write_bye,         [MU_FRAME_JOIN] = write_join,
    [MU_FRAME_RETURN] = write_return,
};

size_t help_frame(uint8_t type, uint8_t *out)
{
    struct mu_writer w = mu_writer(out, HELP_FRAME_MAX);

    if (type >= MU_FRAME_TYPES || writers[type] == NULL)
        return 0;
    writers[type](&w);
    MU_CHECK(mu_writer_ok(&w));
    return w.used;
}

enum mu_err help_frame_read(uint8_t type, struct mu_bytes payload)
{
    struct mu_reader r = mu_reader(payload);
    union {
        struct mu_hello hello;
        struct mu_welcome welcome;
        struct mu_accepted accepted;
        struct mu_refused refused;
        struct mu_follow follow;
        struct mu_deliver deliver;
        struct mu_credit credit;
        struct mu_receipt_frame receipt;
        struct mu_ping ping;
        struct mu_pong pong;
        struct mu_clock_frame clock;
        struct mu_bye bye;
        struct mu_join_frame join;
        struct mu_return returned;
    } as;

    switch (type) {
    case MU_FRAME_HELLO:
        return mu_hello_read(&r, &as.hello);
    case MU_FRAME_WELCOME:
        return mu_welcome_read(&r, &as.welcome);
    case MU_FRAME_ACCEPTED:
        return mu_accepted_read(&r, &as.accepted);
    case MU_FRAME_REFUSED:
        return mu_refused_read(&r, &as.refused);
    case MU_FRAME_FOLLOW:
        return mu_follow_read(&r, &as.follow);
    case MU_FRAME_DELIVER:
        return mu_deliver_read(&r, &as.deliver);
    case MU_FRAME_CREDIT:
        return mu_credit_read(&r, &as.credit);
    case MU_FRAME_RECEIPT:
        return mu_receipt_frame_read(&r, &as.receipt);
    case MU_FRAME_PING:
        return mu_ping_read(&r, &as.ping);
    case MU_FRAME_PONG:
        return mu_pong_read(&r, &as.pong);
    case MU_FRAME_CLOCK:
        return mu_clock_frame_read(&r, &as.clock);
    case MU_FRAME_BYE:
        return mu_bye_read(&r, &as.bye);
    case MU_FRAME_JOIN:
        return mu_join_frame_read(&r, &as.join);
    case MU_FRAME_RETURN:
        return mu_return_read(&r, &as.returned);
    default:
        return MU_OK;
    }
}
