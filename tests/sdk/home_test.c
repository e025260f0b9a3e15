/* An agent's directory: made once, private, read strictly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "agents/sdk/file.h"
#include "agents/sdk/home.h"
#include "proto/wire/json.h"

static char dir[64];

static int make(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/muster-home-XXXXXX");
    assert_non_null(mkdtemp(dir));
    return 0;
}

static int drop(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static enum mu_err open_home(void)
{
    struct mu_home home;
    enum mu_err err = mu_home_open(dir, &home);

    if (err == MU_OK)
        mu_home_close(&home);
    return err;
}

static void write_conf(const char *text)
{
    assert_int_equal(
        mu_file_put(dir, "agent.conf", (struct mu_bytes){(const uint8_t *)text, strlen(text)}),
        MU_OK);
}

static void point(enum mu_err expected, const char *endpoint, uint8_t log)
{
    struct mu_hash id;
    struct mu_public key;
    uint8_t curve[32];

    memset(&id, log, sizeof id);
    memset(&key, 2, sizeof key);
    memset(curve, 3, sizeof curve);
    assert_int_equal(mu_home_point(dir, endpoint, &id, curve, &key), expected);
}

static void what_was_made_is_read_back(void **state)
{
    struct mu_home home;

    (void)state;
    assert_int_equal(mu_home_create(dir, "EM", "muster-test"), MU_OK);
    assert_int_equal(mu_home_open(dir, &home), MU_OK);
    assert_string_equal(home.agency, "EM");
    assert_string_equal(home.program, "muster-test");
    assert_false(home.pointed);
    mu_home_close(&home);
    point(MU_OK, "tcp://127.0.0.1:7400", 1);
    assert_int_equal(mu_home_open(dir, &home), MU_OK);
    assert_true(home.pointed);
    assert_string_equal(home.endpoint, "tcp://127.0.0.1:7400");
    assert_int_equal(home.log.b[31], 1);
    assert_int_equal(home.log_key.b[0], 2);
    assert_int_equal(home.broker_curve[5], 3);
    mu_home_close(&home);
    point(MU_OK, "ipc:///run/muster", 1); /* it moved */
    point(MU_E_OTHER_LOG, "tcp://127.0.0.1:7400", 9);
    point(MU_E_BAD_VALUE, "tcp://", 1);
    point(MU_E_BAD_VALUE, "epgm://eth0;239.0.0.1:7500", 1);
    point(MU_E_BAD_VALUE, "tcp://a:1\nagency: \"X\"", 1);
}

static void the_request_says_what_an_admin_needs(void **state)
{
    char text[4096];
    mu_arena arena = mu_arena_make(1u << 20);
    Muster__Event *event = NULL;
    struct mu_fault fault;
    struct mu_home home;

    (void)state;
    assert_int_equal(mu_home_create(dir, "CA", "muster-supply"), MU_OK);
    assert_int_equal(mu_home_open(dir, &home), MU_OK);
    assert_int_equal(mu_file_get(dir, "request", text, sizeof text), MU_OK);
    assert_int_equal(mu_event_from_json((struct mu_bytes){(uint8_t *)text, strlen(text)}, &arena,
                                        &event, &fault),
                     MU_OK);
    assert_int_equal(event->body_case, MUSTER__EVENT__BODY_ENROLMENT);
    assert_string_equal(event->enrolment->agency, "CA");
    assert_string_equal(event->enrolment->program, "muster-supply");
    assert_memory_equal(event->enrolment->sign_key.data, home.public.b, 32);
    assert_memory_equal(event->enrolment->curve_key.data, home.curve_public, 32);
    assert_memory_equal(event->enrolment->agent.data, home.self.b, 16);
    mu_home_close(&home);
    mu_arena_free(&arena);
}

static void an_agent_is_not_made_twice(void **state)
{
    (void)state;
    assert_int_equal(mu_home_create(dir, "EM", "muster-test"), MU_OK);
    assert_int_equal(mu_home_create(dir, "EM", "muster-test"), MU_E_EXISTS);
}

/* Killed half way: the signing key is written last, so what is there is made anew. */
static void half_an_agent_is_made_anew(void **state)
{
    char path[128];

    (void)state;
    assert_int_equal(mu_home_create(dir, "EM", "muster-test"), MU_OK);
    snprintf(path, sizeof path, "%s/agent.key", dir);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(open_home(), MU_E_ABSENT);
    assert_int_equal(mu_home_create(dir, "EM", "muster-test"), MU_OK);
    assert_int_equal(open_home(), MU_OK);
}

static void names_that_would_not_fit_are_refused(void **state)
{
    (void)state;
    assert_int_equal(mu_home_create(dir, "", "muster-test"), MU_E_BAD_VALUE);
    assert_int_equal(mu_home_create(dir, "E M", "muster-test"), MU_E_BAD_VALUE);
    assert_int_equal(mu_home_create(dir, "EM\"", "muster-test"), MU_E_BAD_VALUE);
    assert_int_equal(mu_home_create(dir, "EM", "muster\ntest"), MU_E_BAD_VALUE);
}

static void a_key_others_may_read_is_not_used(void **state)
{
    static const char *const secrets[] = {"agent.key", "curve.key"};
    char path[128];

    (void)state;
    assert_int_equal(mu_home_create(dir, "EM", "muster-test"), MU_OK);
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, secrets[i]);
        assert_int_equal(chmod(path, 0640), 0);
        assert_int_equal(open_home(), MU_E_BAD_KEY);
        assert_int_equal(chmod(path, 0600), 0);
        assert_int_equal(open_home(), MU_OK);
    }
}

static void keys_that_do_not_belong_together(void **state)
{
    char text[256];

    (void)state;
    assert_int_equal(mu_home_create(dir, "EM", "muster-test"), MU_OK);
    assert_int_equal(mu_file_get(dir, "curve.key", text, sizeof text), MU_OK);
    text[strlen("secret ") + 10] = text[strlen("secret ") + 10] == '0' ? '1' : '0';
    assert_int_equal(
        mu_file_put(dir, "curve.key", (struct mu_bytes){(uint8_t *)text, strlen(text)}), MU_OK);
    assert_int_equal(open_home(), MU_E_BAD_KEY);
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define ONES "1111111111111111111111111111111111111111111111111111111111111111"

static void the_configuration_is_read_strictly(void **state)
{
    static const char *const wrong[] = {
        "agency: EM\n",
        "agency: EM\nprogram: p\ncolour: blue\n",
        "agency: EM\nprogram: p\nendpoint: http://x\n",
        "agency: EM\nprogram: p\nlog: 12\n",
        "agency: EM\nprogram: p\nlog: \"" ONES "\"\n",
        "agency: EM\nprogram: p\nlog_key: \"" ONES "\"\n",
        "agency: EM\nprogram: p\nlog: \"" ZEROS "\"\nbroker_curve: \"" ONES "\"\nlog_key: \"" ONES
        "\"\n",
        "agency: [EM]\nprogram: p\n",
        "agency: &a EM\nprogram: *a\n",
        "",
        "%",
    };

    (void)state;
    assert_int_equal(mu_home_create(dir, "EM", "muster-test"), MU_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        write_conf(wrong[i]);
        if (open_home() != MU_E_CONFIG)
            fail_msg("taken: %s", wrong[i]);
    }
    write_conf("# by hand\nprogram: p\nagency: EM\n");
    assert_int_equal(open_home(), MU_OK);
    write_conf("agency: EM\nprogram: p\nlog: \"" ONES "\"\nbroker_curve: \"" ONES
               "\"\nlog_key: \"" ONES "\"\nendpoint: tcp://h:1\n");
    assert_int_equal(open_home(), MU_OK);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest stories[] = {
        STORY(what_was_made_is_read_back),           STORY(the_request_says_what_an_admin_needs),
        STORY(an_agent_is_not_made_twice),           STORY(half_an_agent_is_made_anew),
        STORY(names_that_would_not_fit_are_refused), STORY(a_key_others_may_read_is_not_used),
        STORY(keys_that_do_not_belong_together),     STORY(the_configuration_is_read_strictly),
    };

    return cmocka_run_group_tests_name("home", stories, NULL, NULL);
}
