/* The join door as strangers meet it: real sockets, real keys, wrong codes, and those who stand between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pthread.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "agents/sdk/join.h"
#include "tests/help/served.h"

#define PATIENCE_MS 10000

struct scene {
    struct served house;
    struct caller admin, em;
    char code[MU_CODE_BYTES], other[MU_CODE_BYTES];
    struct mu_door_keys keys;
    char door[256];
    uint8_t challenge[MU_JOIN_BYTES_MAX];
    size_t challenge_size;
    char homes[64];
    unsigned made;
};

static int open_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);

    assert_non_null(s);
    served_open(&s->house, "step", NULL);
    caller_admin(&s->admin, &s->house);
    caller_connect(&s->admin, &s->house);
    assert_int_equal(caller_hello(&s->admin), MU_FRAME_WELCOME);
    caller_make(&s->em, &s->house, 30);
    served_enrol(&s->house, &s->admin, &s->em, "EM", "emergency_management");
    assert_int_equal(mu_code_make(s->code), MU_OK);
    assert_int_equal(mu_code_make(s->other), MU_OK);
    assert_int_equal(mu_code_keys(s->code, &s->keys), MU_OK);
    snprintf(s->homes, sizeof s->homes, "/tmp/muster-join.XXXXXX");
    assert_non_null(mkdtemp(s->homes));
    *state = s;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *s = *state;
    char command[128];

    caller_close(&s->admin);
    caller_close(&s->em);
    served_close(&s->house);
    snprintf(command, sizeof command, "rm -rf %s", s->homes);
    assert_int_equal(system(command), 0);
    free(s);
    return 0;
}

/* ---- the admin's words ----------------------------------------------------------------------- */

static void say_join(struct caller *c, uint8_t what, uint32_t value, struct mu_bytes payload)
{
    uint8_t bytes[MU_JOIN_BYTES_MAX + 64];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    mu_join_frame_write(&w, &(struct mu_join_frame){7, what, value, payload});
    caller_send(c, mu_written(&w));
}

static const struct mu_join_frame *hear_join(struct scene *s, uint8_t what)
{
    caller_hear_type(&s->admin, MU_FRAME_JOIN);
    assert_int_equal(s->admin.heard.as.join.what, what);
    return &s->admin.heard.as.join;
}

static void open_door_for(struct scene *s, uint32_t seconds)
{
    const struct mu_join_frame *f;

    say_join(&s->admin, MU_JOIN_OPEN, seconds, (struct mu_bytes){s->keys.secret, 32});
    f = hear_join(s, MU_JOIN_OPENED);
    snprintf(s->door, sizeof s->door, "%.*s", (int)f->payload.size, (const char *)f->payload.data);
}

static void shut_door(struct scene *s, enum mu_err code)
{
    say_join(&s->admin, MU_JOIN_SHUT, (uint32_t)code, (struct mu_bytes){NULL, 0});
}

static void pass(struct scene *s, const struct mu_writer *w)
{
    say_join(&s->admin, MU_JOIN_PASS, 0, mu_written(w));
}

static void challenge(struct scene *s)
{
    struct mu_writer w = mu_writer(s->challenge, sizeof s->challenge);
    struct mu_join_challenge m = {.log = s->house.log,
                                  .nonce = {{5}},
                                  .agency = {(const uint8_t *)"HC", 2},
                                  .county = {(const uint8_t *)"Qinghe", 6}};

    memcpy(m.log_key.b, s->house.log_key.b, 32);
    memcpy(m.broker_curve.b, s->house.broker_curve, 32);
    mu_join_challenge_write(&w, &m);
    s->challenge_size = w.used;
    pass(s, &w);
}

/* Hears knock and request of whoever came; the words the admin would see. */
static void hear_request(struct scene *s, uint16_t words[MU_CHECK_WORDS])
{
    struct mu_join_message m;
    const struct mu_join_frame *f = hear_join(s, MU_JOIN_CAME);

    assert_int_equal(mu_join_read(f->payload, &m), MU_OK);
    assert_int_equal(m.type, MU_JOIN_KNOCK);
    challenge(s);
    f = hear_join(s, MU_JOIN_CAME);
    assert_int_equal(mu_join_read(f->payload, &m), MU_OK);
    assert_int_equal(m.type, MU_JOIN_REQUEST);
    mu_join_words((struct mu_bytes){s->challenge, s->challenge_size}, f->payload, words);
}

/* ---- a newcomer, on a thread of its own ------------------------------------------------------ */

struct newcomer {
    char dir[128], endpoint[256];
    const char *code;
    struct mu_home home;
    struct mu_joined got;
    uint16_t words[MU_CHECK_WORDS]; /* as shown */
    enum mu_err err;
    pthread_t thread;
};

static enum mu_err settle(void *user, const struct mu_joined *got)
{
    struct newcomer *n = user;

    return mu_home_settle(&n->home, got->agency);
}

static void show(void *user, const struct mu_joined *got)
{
    struct newcomer *n = user;

    memcpy(n->words, got->words, sizeof n->words);
}

static void *join(void *user)
{
    struct newcomer *n = user;
    const struct mu_join_calls calls = {.on_challenge = settle, .on_words = show, .user = n};
    mu_joiner *joiner = NULL;

    n->err = mu_home_make(n->dir, "muster", &n->home);
    if (n->err == MU_OK)
        n->err = mu_join_open(n->endpoint, n->code, PATIENCE_MS, &calls, &joiner);
    if (n->err == MU_OK)
        n->err = mu_join_ask(joiner, &n->home, &n->got);
    if (n->err == MU_OK)
        mu_join_taken(joiner);
    mu_join_close(&joiner);
    mu_home_close(&n->home);
    return NULL;
}

static void begin(struct scene *s, struct newcomer *n, const char *code, const char *endpoint)
{
    memset(n, 0, sizeof *n);
    snprintf(n->dir, sizeof n->dir, "%s/%u", s->homes, s->made++);
    snprintf(n->endpoint, sizeof n->endpoint, "%s", endpoint);
    n->code = code;
    assert_int_equal(pthread_create(&n->thread, NULL, join, n), 0);
}

static enum mu_err end(struct newcomer *n)
{
    assert_int_equal(pthread_join(n->thread, NULL), 0);
    return n->err;
}

/* ---- stories --------------------------------------------------------------------------------- */

static void both_see_the_same_words_and_the_answer_arrives(void **state)
{
    struct scene *s = *state;
    uint8_t bytes[512];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    uint16_t words[MU_CHECK_WORDS];
    struct mu_join_message m;
    struct newcomer n;

    open_door_for(s, 60);
    begin(s, &n, s->code, s->door);
    hear_request(s, words);
    mu_join_answer_write(&w, &(struct mu_join_answer){
                                 .number = 3, .endpoint = {(const uint8_t *)"tcp://*:7400", 12}});
    pass(s, &w);
    assert_int_equal(mu_join_read(hear_join(s, MU_JOIN_CAME)->payload, &m), MU_OK);
    assert_int_equal(m.type, MU_JOIN_TAKEN);
    assert_int_equal(end(&n), MU_OK);
    assert_memory_equal(n.words, words, sizeof words);
    assert_int_equal(n.got.number, 3);
    assert_string_equal(n.got.endpoint, "tcp://*:7400");
    assert_memory_equal(n.got.log.b, s->house.log.b, 32);
}

static void only_a_holder_of_the_code_gets_in(void **state)
{
    struct scene *s = *state;
    struct newcomer n;
    uint16_t words[MU_CHECK_WORDS];

    open_door_for(s, 60);
    begin(s, &n, s->other, s->door);
    assert_int_equal(hear_join(s, MU_JOIN_TRIED)->value, 4);
    assert_int_equal(end(&n), MU_E_WRONG_CODE);
    begin(s, &n, s->code, s->door); /* the negative control */
    hear_request(s, words);
    shut_door(s, MU_E_WORDS_DIFFER);
    assert_int_equal(end(&n), MU_E_WORDS_DIFFER);
}

static void five_wrong_codes_close_it(void **state)
{
    struct scene *s = *state;
    struct newcomer n;

    open_door_for(s, 60);
    for (uint32_t left = 5; left-- > 0;) {
        begin(s, &n, s->other, s->door);
        assert_int_equal(hear_join(s, MU_JOIN_TRIED)->value, left);
        assert_int_equal(end(&n), MU_E_WRONG_CODE);
    }
    assert_int_equal(hear_join(s, MU_JOIN_CLOSED)->value, MU_E_TRIES_OVER);
    begin(s, &n, s->code, s->door); /* the right one comes too late */
    assert_int_equal(end(&n), MU_E_NO_INVITATION);
}

static void a_code_is_for_one_machine(void **state)
{
    struct scene *s = *state;
    struct newcomer first, second;
    uint16_t words[MU_CHECK_WORDS];

    open_door_for(s, 60);
    begin(s, &first, s->code, s->door);
    hear_request(s, words);
    begin(s, &second, s->code, s->door);
    assert_int_equal(end(&second), MU_E_CODE_USED);
    shut_door(s, MU_E_WORDS_DIFFER);
    assert_int_equal(end(&first), MU_E_WORDS_DIFFER);
    begin(s, &second, s->code, s->door); /* and a used one opens nothing */
    assert_int_equal(end(&second), MU_E_NO_INVITATION);
}

static void time_runs_out(void **state)
{
    struct scene *s = *state;
    struct newcomer n;
    uint16_t words[MU_CHECK_WORDS];

    open_door_for(s, 1);
    begin(s, &n, s->code, s->door);
    hear_request(s, words);
    assert_int_equal(hear_join(s, MU_JOIN_CLOSED)->value, MU_E_INVITE_OVER);
    assert_int_equal(end(&n), MU_E_INVITE_OVER);
    begin(s, &n, s->code, s->door);
    assert_int_equal(end(&n), MU_E_NO_INVITATION);
}

static void without_its_admin_it_shuts(void **state)
{
    struct scene *s = *state;
    uint8_t bytes[64];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct newcomer n;
    uint16_t words[MU_CHECK_WORDS];

    open_door_for(s, 60);
    begin(s, &n, s->code, s->door);
    hear_request(s, words);
    mu_bye_write(&w, &(struct mu_bye){.code = 0});
    caller_send(&s->admin, mu_written(&w));
    assert_int_equal(end(&n), MU_E_NO_INVITATION);
}

static void only_an_admin_opens_it(void **state)
{
    struct scene *s = *state;

    caller_connect(&s->em, &s->house);
    assert_int_equal(caller_hello(&s->em), MU_FRAME_WELCOME);
    say_join(&s->em, MU_JOIN_OPEN, 60, (struct mu_bytes){s->keys.secret, 32});
    caller_hear_type(&s->em, MU_FRAME_BYE);
    assert_int_equal(s->em.heard.as.bye.code, MU_E_NOT_ADMIN);
}

static void an_admins_next_invitation_takes_the_place(void **state)
{
    struct scene *s = *state;
    struct newcomer n;
    uint16_t words[MU_CHECK_WORDS];

    open_door_for(s, 60);
    begin(s, &n, s->code, s->door);
    hear_request(s, words);
    open_door_for(s, 60);
    assert_int_equal(end(&n), MU_E_NO_INVITATION);
    begin(s, &n, s->code, s->door);
    hear_request(s, words);
    shut_door(s, MU_E_WORDS_DIFFER);
    assert_int_equal(end(&n), MU_E_WORDS_DIFFER);
}

/* ---- raw bytes at the door ------------------------------------------------------------------- */

static void *dial(struct scene *s, const char *endpoint)
{
    void *socket = zmq_socket(s->house.context, ZMQ_DEALER);
    int linger = 0, wait = PATIENCE_MS;
    char public[41], secret[41];

    assert_non_null(socket);
    assert_int_equal(zmq_curve_keypair(public, secret), 0);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait, sizeof wait);
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, s->keys.public, 32);
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public, 41);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, 41);
    assert_int_equal(zmq_connect(socket, endpoint), 0);
    return socket;
}

static enum mu_err hear_no(void *socket)
{
    uint8_t bytes[MU_JOIN_BYTES_MAX];
    int size = zmq_recv(socket, bytes, sizeof bytes, 0);
    struct mu_join_message m;

    assert_true(size > 0);
    assert_int_equal(mu_join_read((struct mu_bytes){bytes, (size_t)size}, &m), MU_OK);
    assert_int_equal(m.type, MU_JOIN_NO);
    return (enum mu_err)m.as.no.code;
}

static void what_is_too_large_is_refused(void **state)
{
    struct scene *s = *state;
    static uint8_t bytes[100 * 1024];
    struct newcomer n;
    uint16_t words[MU_CHECK_WORDS];
    void *socket;

    open_door_for(s, 60);
    socket = dial(s, s->door);
    assert_int_equal(zmq_send(socket, bytes, MU_JOIN_BYTES_MAX + 1, 0), MU_JOIN_BYTES_MAX + 1);
    assert_int_equal(hear_no(socket), MU_E_TOO_LARGE);
    assert_int_equal(zmq_send(socket, "two", 3, ZMQ_SNDMORE), 3);
    assert_int_equal(zmq_send(socket, "parts", 5, 0), 5);
    assert_int_equal(hear_no(socket), MU_E_BAD_FRAME);
    assert_int_equal(zmq_send(socket, bytes, sizeof bytes, 0), (int)sizeof bytes);
    zmq_close(socket); /* cut before it cost memory; and the door stands */
    begin(s, &n, s->code, s->door);
    hear_request(s, words);
    shut_door(s, MU_E_WORDS_DIFFER);
    assert_int_equal(end(&n), MU_E_WORDS_DIFFER);
}

/* ---- those who stand between ----------------------------------------------------------------- */

static void *stand_between(struct scene *s, const uint8_t *secret, char endpoint[256])
{
    void *socket = zmq_socket(s->house.context, ZMQ_ROUTER);
    int server = 1, linger = 0, wait = PATIENCE_MS;
    size_t size = 256;

    assert_non_null(socket);
    zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &server, sizeof server);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, 32);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait, sizeof wait);
    assert_int_equal(zmq_bind(socket, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
    return socket;
}

static void who_answers_with_a_key_of_his_own_is_not_believed(void **state)
{
    struct scene *s = *state;
    uint8_t own[32] = {1, 2, 3};
    char endpoint[256];
    void *between = stand_between(s, own, endpoint);
    struct newcomer n;

    open_door_for(s, 60);
    begin(s, &n, s->code, endpoint);
    assert_int_equal(end(&n), MU_E_WRONG_CODE);
    zmq_close(between);
}

struct relay {
    void *victim; /* ROUTER towards the newcomer */
    void *door;   /* DEALER towards the broker */
    uint8_t route[256], bytes[MU_JOIN_BYTES_MAX];
    int route_size, size;
};

static void from_victim(struct relay *r)
{
    r->route_size = zmq_recv(r->victim, r->route, sizeof r->route, 0);
    assert_true(r->route_size > 0);
    r->size = zmq_recv(r->victim, r->bytes, sizeof r->bytes, 0);
    assert_true(r->size > 0);
}

static void to_victim(struct relay *r)
{
    assert_true(zmq_send(r->victim, r->route, (size_t)r->route_size, ZMQ_SNDMORE) > 0);
    assert_true(zmq_send(r->victim, r->bytes, (size_t)r->size, 0) > 0);
}

static void to_door(struct relay *r)
{
    assert_true(zmq_send(r->door, r->bytes, (size_t)r->size, 0) > 0);
}

static void from_door(struct relay *r)
{
    r->size = zmq_recv(r->door, r->bytes, sizeof r->bytes, 0);
    assert_true(r->size > 0);
}

/* One who overheard the code and hands everything on: with `own`, his own knock and request instead. */
static void relay(struct scene *s, bool own, uint16_t admins[MU_CHECK_WORDS], struct newcomer *n)
{
    char endpoint[256];
    struct relay r = {.victim = stand_between(s, s->keys.secret, endpoint)};
    uint8_t enrolment[] = "an enrolment of his own", signature[64] = {0}, bytes[512];
    struct mu_bytes wanted = {enrolment, sizeof enrolment};
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct mu_join_request request = {{{9}}, wanted, signature};
    struct mu_join_knock knock;
    struct mu_join_message m;

    open_door_for(s, 60);
    r.door = dial(s, s->door);
    begin(s, n, s->code, endpoint);
    from_victim(&r);
    if (own) {
        mu_join_commit(&request.nonce, wanted, &knock.commitment);
        mu_join_knock_write(&w, &knock);
        memcpy(r.bytes, bytes, w.used);
        r.size = (int)w.used;
    }
    to_door(&r);
    assert_int_equal(mu_join_read(hear_join(s, MU_JOIN_CAME)->payload, &m), MU_OK);
    challenge(s);
    from_door(&r);
    to_victim(&r);
    from_victim(&r);
    if (own) {
        w = mu_writer(bytes, sizeof bytes);
        mu_join_request_write(&w, &request);
        memcpy(r.bytes, bytes, w.used);
        r.size = (int)w.used;
    }
    to_door(&r);
    mu_join_words((struct mu_bytes){s->challenge, s->challenge_size},
                  hear_join(s, MU_JOIN_CAME)->payload, admins);
    w = mu_writer(r.bytes, sizeof r.bytes);
    mu_join_no_write(&w, MU_E_WORDS_DIFFER);
    r.size = (int)w.used;
    to_victim(&r);
    assert_int_equal(end(n), MU_E_WORDS_DIFFER);
    zmq_close(r.door);
    zmq_close(r.victim);
    shut_door(s, MU_OK);
}

static void who_changes_the_request_changes_the_words(void **state)
{
    struct scene *s = *state;
    struct newcomer n;
    uint16_t admins[MU_CHECK_WORDS];

    relay(s, true, admins, &n);
    assert_memory_not_equal(n.words, admins, sizeof admins);
    relay(s, false, admins, &n); /* the negative control: one who only hands on is not seen */
    assert_memory_equal(n.words, admins, sizeof admins);
}

/* ---- codes ----------------------------------------------------------------------------------- */

static void a_slip_in_the_code_is_found_before_it_costs_a_try(void **state)
{
    struct scene *s = *state;
    char read[MU_CODE_BYTES], typed[64];
    unsigned found = 0, tried = 0;

    assert_int_equal(mu_code_read(s->code, read), MU_OK);
    assert_string_equal(read, s->code);
    snprintf(typed, sizeof typed, " %.4s %.4s%.4s \n", s->code, s->code + 5, s->code + 10);
    for (char *at = typed; *at != '\0'; at++)
        *at = *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
    assert_int_equal(mu_code_read(typed, read), MU_OK);
    assert_string_equal(read, s->code);
    for (size_t i = 0; i < 14; i++) {
        snprintf(typed, sizeof typed, "%s", s->code);
        if (typed[i] == '-')
            continue;
        typed[i] = typed[i] == '7' ? '8' : '7';
        tried++;
        found += mu_code_read(typed, read) == MU_E_BAD_VALUE;
    }
    assert_int_equal(tried, 12);
    assert_true(found >= 10); /* each slip passes once in 32 */
    assert_int_equal(mu_code_read("", read), MU_E_BAD_VALUE);
    assert_int_equal(mu_code_read("QH7K-3MZP-9XW", read), MU_E_BAD_VALUE);
    assert_int_equal(mu_code_read("UUUU-UUUU-UUUU", read), MU_E_BAD_VALUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_see_the_same_words_and_the_answer_arrives, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(only_a_holder_of_the_code_gets_in, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(five_wrong_codes_close_it, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(a_code_is_for_one_machine, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(time_runs_out, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(without_its_admin_it_shuts, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(only_an_admin_opens_it, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(an_admins_next_invitation_takes_the_place, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(what_is_too_large_is_refused, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(who_answers_with_a_key_of_his_own_is_not_believed,
                                        open_scene, close_scene),
        cmocka_unit_test_setup_teardown(who_changes_the_request_changes_the_words, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(a_slip_in_the_code_is_found_before_it_costs_a_try,
                                        open_scene, close_scene),
    };

    return cmocka_run_group_tests_name("join", tests, NULL, NULL);
}
