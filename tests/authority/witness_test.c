/* An auditor and what witnesses signed: the honest receipt holds, and every lie in a sheet is told from the
 * others. The tree is made up; who may sign is a real county's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "proto/authority/witness.h"
#include "proto/sign/digest.h"
#include "tests/help/keys.h"
#include "tests/help/stage.h"

#define CA 40
#define SH 41
#define WR 42 /* no desk */
#define BATCHES 20u

struct walk {
    struct stage *s;
    const mu_roster *roster;
    struct mu_witnesses w;
    struct mu_edge edge;
    struct mu_head head[BATCHES + 1]; /* after so many batches of three */
    struct mu_delivered all[BATCHES + 1];
};

/* A receipt and its form in a sheet. */
struct sheet_line {
    struct mu_receipt r;
    Muster__Receipt said;
    Muster__LaneThrough lane[MU_LANES], *lanes[MU_LANES];
    char agency[8], filter[64];
};

static void begin(struct walk *walk)
{
    memset(walk, 0, sizeof *walk);
    walk->s = stage_open(NULL, NULL);
    (void)stage_say(walk->s, &walk->s->admin, 2, founded_desk(&walk->s->county, CA, "CA", ""));
    (void)stage_say(walk->s, &walk->s->admin, 2, founded_desk(&walk->s->county, SH, "SH", ""));
    (void)stage_say(walk->s, &walk->s->admin, 2,
                    founded_enrolment(&walk->s->county, WR, "WR", "", NULL));
    walk->roster = mu_desk_roster(walk->s->desk);
    for (uint8_t b = 1; b <= BATCHES; b++) {
        for (uint8_t i = 0; i < 3; i++) {
            struct mu_hash leaf = {{b, i}};

            mu_edge_add(&walk->edge, &leaf);
            mu_delivered_add(&walk->w.all, &leaf);
        }
        assert_int_equal(mu_witnesses_grow(&walk->w, 1, &walk->edge), MU_OK);
        walk->head[b] = walk->w.roots.heads[b - 1];
        walk->all[b] = walk->w.all;
    }
}

static void end(struct walk *walk)
{
    mu_witnesses_free(&walk->w);
    stage_close(&walk->s);
}

static ProtobufCBinaryData lend(void *data, size_t size)
{
    return (ProtobufCBinaryData){size, data};
}

/* What a desk that was handed everything states after `batches`. */
static void state(const struct walk *walk, struct sheet_line *line, uint8_t seed,
                  const char *agency, unsigned batches)
{
    mu_verifier *v = help_verifier(seed);

    memset(line, 0, sizeof *line);
    line->r = (struct mu_receipt){.agent = *mu_verifier_id(v),
                                  .log = walk->s->county.id,
                                  .instance = 7,
                                  .head = walk->head[batches],
                                  .delivered = walk->all[batches],
                                  .stated_at_ms = COUNTY_START_MS + batches};
    for (size_t i = 0; i < MU_LANES; i++)
        line->r.through[i] = line->r.head.size;
    mu_sha256("", 0, &line->r.filter);
    strncpy(line->agency, agency, sizeof line->agency - 1);
    mu_verifier_close(&v);
}

static void sign(struct sheet_line *line, uint8_t seed)
{
    struct mu_receipt *r = &line->r;
    Muster__Receipt *said = &line->said;
    mu_key *key = help_key(seed);

    mu_sha256(line->filter, strlen(line->filter), &r->filter);
    assert_int_equal(mu_receipt_sign(r, key), MU_OK);
    mu_key_close(&key);
    *said = (Muster__Receipt)MUSTER__RECEIPT__INIT;
    said->agent = lend(r->agent.b, 16);
    said->key = lend(r->key.b, 16);
    said->instance = r->instance;
    said->epoch = r->head.epoch;
    said->checkpoint_size = r->head.size;
    said->checkpoint_root = lend(r->head.root.b, 32);
    said->filter_digest = lend(r->filter.b, 32);
    said->count = r->delivered.count;
    said->running_hash = lend(r->delivered.running.b, 32);
    said->stated_at_ms = r->stated_at_ms;
    said->signature = lend(r->signature, 64);
    said->algorithm = r->algorithm;
    said->filter = line->filter[0] == '\0' ? NULL : line->filter;
    said->agency = line->agency;
    said->through = line->lanes;
    said->n_through = MU_LANES;
    for (uint32_t i = 0; i < MU_LANES; i++) {
        line->lane[i] = (Muster__LaneThrough)MUSTER__LANE_THROUGH__INIT;
        line->lane[i].lane = i;
        line->lane[i].through = r->through[i];
        line->lanes[i] = &line->lane[i];
    }
}

static enum mu_receipt_fault judge(struct walk *walk, const struct sheet_line *line)
{
    enum mu_receipt_fault fault;

    assert_int_equal(
        mu_witnesses_judge(&walk->w, walk->roster, &line->said, walk->edge.size + 1, true, &fault),
        MU_OK);
    return fault;
}

static void an_honest_receipt_holds(void **state_)
{
    struct walk walk;
    struct sheet_line line;

    (void)state_;
    begin(&walk);
    state(&walk, &line, CA, "CA", 9);
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_HOLDS);
    state(&walk, &line, CA, "CA", 12);
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_HOLDS);
    assert_int_equal(walk.w.receipts, 2);
    end(&walk);
}

static void what_it_says_of_itself_must_fit(void **state_)
{
    struct walk walk;
    struct sheet_line line;

    (void)state_;
    begin(&walk);
    state(&walk, &line, CA, "SH", 9); /* another agency's name on it */
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_WRONG);
    state(&walk, &line, CA, "CA", 9);
    sign(&line, SH); /* another's key */
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_WRONG);
    state(&walk, &line, WR, "WR", 9); /* nobody's desk */
    sign(&line, WR);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_WRONG);
    state(&walk, &line, CA, "CA", 9);
    sign(&line, CA);
    line.said.filter = line.agency; /* another filter than the one signed */
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_WRONG);
    sign(&line, CA);
    line.said.stated_at_ms -= 60000; /* dated back by who wrote the sheet */
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_WRONG);
    sign(&line, CA);
    line.said.n_through = 2;
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_WRONG);
    assert_int_equal(walk.w.receipts, 0);
    end(&walk);
}

static void another_root_is_a_split(void **state_)
{
    struct walk walk;
    struct sheet_line line;

    (void)state_;
    begin(&walk);
    state(&walk, &line, CA, "CA", 9);
    line.r.head.root.b[5] ^= 1;
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_SPLIT);
    state(&walk, &line, CA, "CA", 9);
    line.r.head.size = walk.edge.size + 1; /* a size this record had not reached */
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_SPLIT);
    state(&walk, &line, CA, "CA", 9);
    line.r.head.size++; /* in the middle of a batch */
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_SPLIT);
    end(&walk);
}

/* One entry kept from a desk, or another put in its place: what it counted is not what the record holds. */
static void what_was_kept_from_a_desk_is_found(void **state_)
{
    struct walk walk;
    struct sheet_line line;

    (void)state_;
    begin(&walk);
    state(&walk, &line, CA, "CA", 9);
    line.r.delivered.count--;
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_OTHER);
    state(&walk, &line, CA, "CA", 9);
    line.r.delivered.running.b[0] ^= 1;
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_OTHER);
    state(&walk, &line, CA, "CA", 9);
    /* who follows less is not counted here: replay/known does that */
    (void)snprintf(line.filter, sizeof line.filter, "%s", "type=evacuation");
    line.r.delivered.count = 2;
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_HOLDS);
    end(&walk);
}

static void a_desk_never_unsays(void **state_)
{
    struct walk walk;
    struct sheet_line line;

    (void)state_;
    begin(&walk);
    state(&walk, &line, CA, "CA", 9);
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_HOLDS);
    state(&walk, &line, CA, "CA", 8);
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_FALLS);
    state(&walk, &line, CA, "CA", 10);
    line.r.stated_at_ms = COUNTY_START_MS + 3; /* before what it had stated */
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_FALLS);
    state(&walk, &line, CA, "CA", 8);
    line.r.instance = 8; /* a new spool begins anew, in plain sight */
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_HOLDS);
    end(&walk);
}

static void agencies_are_counted_once(void **state_)
{
    struct walk walk;
    struct sheet_line line;
    struct mu_witnessed sum;

    (void)state_;
    begin(&walk);
    sum = mu_witnessed(&walk.w);
    assert_int_equal(sum.of, 0);
    state(&walk, &line, CA, "CA", 9);
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_HOLDS);
    line.r.instance = 8;
    sign(&line, CA);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_HOLDS);
    sum = mu_witnessed(&walk.w);
    assert_int_equal(sum.of, 1);
    assert_int_equal(sum.agencies, 1);
    assert_int_equal(sum.through, 27);
    state(&walk, &line, SH, "SH", 4);
    sign(&line, SH);
    assert_int_equal(judge(&walk, &line), MU_RECEIPT_HOLDS);
    sum = mu_witnessed(&walk.w); /* more than half of two is both */
    assert_int_equal(sum.of, 2);
    assert_int_equal(sum.agencies, 2);
    assert_int_equal(sum.through, 12);
    end(&walk);
}

/* An older epoch may have gone on where it was lost: that is not a second face. */
static void a_broken_epoch_is_not_a_split(void **state_)
{
    struct mu_roots roots = {.max = 0};
    const struct mu_head was = {1, 6, {{6}}}, is = {2, 9, {{9}}};
    struct mu_head ask;

    (void)state_;
    assert_int_equal(mu_roots_add(&roots, &was), MU_OK);
    assert_int_equal(mu_roots_add(&roots, &is), MU_OK);
    assert_int_equal(mu_roots_ask(&roots, &was, 10), MU_PAST_FITS);
    assert_int_equal(mu_roots_ask(&roots, &is, 10), MU_PAST_FITS);
    assert_int_equal(mu_roots_ask(&roots, &is, 9), MU_PAST_OTHER); /* seen before it was */
    ask = (struct mu_head){1, 9, {{1}}};
    assert_int_equal(mu_roots_ask(&roots, &ask, 10), MU_PAST_UNKNOWN); /* lost with epoch 1 */
    ask = (struct mu_head){2, 6, {{6}}};
    assert_int_equal(mu_roots_ask(&roots, &ask, 10), MU_PAST_FITS); /* what both have in common */
    ask.root.b[0] = 7;
    assert_int_equal(mu_roots_ask(&roots, &ask, 10), MU_PAST_OTHER);
    ask = (struct mu_head){.epoch = 0};
    assert_int_equal(mu_roots_ask(&roots, &ask, 10), MU_PAST_FITS); /* nothing seen yet */
    mu_roots_free(&roots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_receipt_holds),
        cmocka_unit_test(what_it_says_of_itself_must_fit),
        cmocka_unit_test(another_root_is_a_split),
        cmocka_unit_test(what_was_kept_from_a_desk_is_found),
        cmocka_unit_test(a_desk_never_unsays),
        cmocka_unit_test(agencies_are_counted_once),
        cmocka_unit_test(a_broken_epoch_is_not_a_split),
    };

    return cmocka_run_group_tests_name("authority/witness", tests, NULL, NULL);
}
