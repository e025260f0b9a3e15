/* docs/PROTOCOL.md says what the code does: bytes, lanes, verdicts, the session table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/session/session.h"
#include "proto/wire/event.h"
#include "tests/help/frames.h"

static char document[256 * 1024];

static int read_document(void **state)
{
    FILE *file = fopen("docs/PROTOCOL.md", "re");
    size_t size;

    (void)state;
    if (file == NULL)
        return -1;
    size = fread(document, 1, sizeof document - 1, file);
    document[size] = '\0';
    fclose(file);
    return size < sizeof document - 1 ? 0 : -1;
}

static const char *const names[MU_FRAME_TYPES] = {
    [MU_FRAME_HELLO] = "HELLO",     [MU_FRAME_WELCOME] = "WELCOME",
    [MU_FRAME_SUBMIT] = "SUBMIT",   [MU_FRAME_ACCEPTED] = "ACCEPTED",
    [MU_FRAME_REFUSED] = "REFUSED", [MU_FRAME_FOLLOW] = "FOLLOW",
    [MU_FRAME_DELIVER] = "DELIVER", [MU_FRAME_CREDIT] = "CREDIT",
    [MU_FRAME_RECEIPT] = "RECEIPT", [MU_FRAME_PING] = "PING",
    [MU_FRAME_PONG] = "PONG",       [MU_FRAME_CLOCK] = "CLOCK",
    [MU_FRAME_BYE] = "BYE",         [MU_FRAME_JOIN] = "JOIN",
    [MU_FRAME_RETURN] = "RETURN",
};

static size_t read_hex(const char *at, uint8_t *out)
{
    size_t size = 0;
    unsigned byte;

    for (; *at != '`'; at++) {
        if (*at == ' ' || *at == '\n')
            continue;
        assert_int_equal(sscanf(at, "%2x", &byte), 1);
        out[size++] = (uint8_t)byte;
        at++;
    }
    return size;
}

static void its_bytes_are_the_bytes(void **state)
{
    uint8_t said[HELP_FRAME_MAX], written[HELP_FRAME_MAX];
    char heading[32];

    (void)state;
    for (uint8_t type = 1; type < MU_FRAME_TYPES; type++) {
        size_t size = help_frame(type, written);
        const char *at;

        if (size == 0)
            continue;
        snprintf(heading, sizeof heading, "```hex %s\n", names[type]);
        assert_non_null(at = strstr(document, heading));
        assert_int_equal(read_hex(at + strlen(heading), said), size);
        assert_memory_equal(said, written, size);
    }
}

static void must_say(const char *line)
{
    if (strstr(document, line) == NULL)
        fail_msg("docs/PROTOCOL.md does not say: %s", line);
}

static void its_verdicts_are_the_verdicts(void **state)
{
    char line[64];

    (void)state;
#define E(name, number, class, en, en_remedy, zh, zh_remedy)                                       \
    snprintf(line, sizeof line, "| %d | %s | %s |", number, #name, #class);                        \
    if (mu_err_class((enum mu_err)(number)) != MU_CLASS_LOCAL)                                     \
        must_say(line);
#include "proto/base/err.def"
#undef E
}

static void its_lanes_are_the_lanes(void **state)
{
    char line[96];

    (void)state;
    for (uint32_t kind = 1; kind < 256; kind++) {
        const char *name = mu_kind_name(kind);
        unsigned extreme = mu_kind_lane(kind, MUSTER__SEVERITY__SEVERITY_EXTREME);
        unsigned severe = mu_kind_lane(kind, MUSTER__SEVERITY__SEVERITY_SEVERE);
        unsigned other = mu_kind_lane(kind, 0);

        if (name == NULL)
            continue;
        snprintf(line, sizeof line, "\n| %s | %u | %u | %u |", name, extreme, severe, other);
        if (extreme + severe + other < 3 * MU_LANE_ROUTINE)
            must_say(line);
        snprintf(line, sizeof line, "\n| %s | ", name);
        if (extreme + severe + other == 3 * MU_LANE_ROUTINE)
            assert_null(strstr(document, line));
    }
}

/* The cell of the session table for hearing `name` from whoever may say it. */
static void expect_cell(const char *name, uint8_t type, enum mu_side hearer)
{
    static const char *const states[] = {"NEW", "GREETING", "OPEN", "CLOSED"};
    char line[128] = "";

    snprintf(line, sizeof line, "\n| %s |", name);
    for (unsigned from = 0; from < MU_SESSION_STATES; from++) {
        uint8_t frame[HELP_FRAME_MAX] = {MU_PROTOCOL_VERSION, type};
        size_t size = help_frame(type, frame), used = strlen(line);
        struct mu_session s = mu_session(hearer, NULL);
        struct mu_heard heard;
        const char *cell = "";

        s.state = (enum mu_session_state)from;
        if (mu_session_hear(&s, (struct mu_bytes){frame, size > 0 ? size : 4}, &heard) == MU_OK)
            cell = heard.type == 0 ? " drop" : states[s.state];
        snprintf(line + used, sizeof line - used, "%s%s |",
                 *cell != '\0' && *cell != ' ' ? " " : "", cell);
        mu_session_end(&s);
    }
    must_say(line);
}

static void its_table_is_the_table(void **state)
{
    (void)state;
    for (uint8_t type = 1; type < MU_FRAME_TYPES; type++) {
        bool by_broker = type == MU_FRAME_WELCOME || type == MU_FRAME_ACCEPTED ||
                         type == MU_FRAME_REFUSED || type == MU_FRAME_DELIVER ||
                         type == MU_FRAME_PONG;

        if (type != MU_FRAME_CLOCK && type != MU_FRAME_JOIN)
            expect_cell(names[type], type, by_broker ? MU_SIDE_AGENT : MU_SIDE_BROKER);
    }
    expect_cell("CLOCK from the agent", MU_FRAME_CLOCK, MU_SIDE_BROKER);
    expect_cell("CLOCK from the broker", MU_FRAME_CLOCK, MU_SIDE_AGENT);
    expect_cell("JOIN from the agent", MU_FRAME_JOIN, MU_SIDE_BROKER);
    expect_cell("JOIN from the broker", MU_FRAME_JOIN, MU_SIDE_AGENT);
}

static void its_limits_are_the_limits(void **state)
{
    (void)state;
    assert_int_equal(MU_FRAME_BYTES_MAX, 270336);
    must_say("| frame | 270,336 bytes |");
    assert_int_equal(MU_EVENT_BYTES_MAX, 262144);
    must_say("| event body | 262,144 bytes |");
    assert_int_equal(MU_BATCH_BYTES_MAX, 65536);
    assert_int_equal(MU_BATCH_EVENTS_MAX, 1024);
    must_say("| batch | 65,536 bytes and 1,024 events;");
    assert_int_equal(MU_DEPTH_MAX, 16);
    assert_int_equal(MU_FIELDS_MAX, 4096);
    assert_int_equal(MU_UNKNOWN_FIELDS_MAX, 16);
    must_say("| fields of an event | 4,096; unknown ones 16 |");
    assert_int_equal(MU_FRAME_PROOF_MAX, 130);
    must_say("| hashes in a proof | 130 |");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_bytes_are_the_bytes),
        cmocka_unit_test(its_verdicts_are_the_verdicts),
        cmocka_unit_test(its_lanes_are_the_lanes),
        cmocka_unit_test(its_table_is_the_table),
        cmocka_unit_test(its_limits_are_the_limits),
    };

    return cmocka_run_group_tests_name("document", tests, read_document, NULL);
}
