#include "replay/verify.h"

#include <inttypes.h>

#include "replay/epochs.h"
#include "replay/walk.h"

void mu_why(const struct mu_verify_options *options, enum mu_word word, const char *const *args,
            size_t count)
{
    struct mu_text text = mu_text(options->why->text, sizeof options->why->text);

    mu_words_fill(&text, mu_word(word, options->lang), args, count);
}

static enum mu_err take_piece(void *user, const struct mu_piece *piece)
{
    return mu_piece_audit(user, piece);
}

static enum mu_word damage_word(enum mu_damage_kind kind)
{
    switch (kind) {
    case MU_DAMAGE_MISSING:
        return MU_W_DAMAGE_MISSING;
    case MU_DAMAGE_BYTES:
        return MU_W_DAMAGE_BYTES;
    case MU_DAMAGE_SEAL:
        return MU_W_DAMAGE_SEAL;
    case MU_DAMAGE_AUTHOR:
        return MU_W_DAMAGE_AUTHOR;
    case MU_DAMAGE_CHAIN:
        return MU_W_DAMAGE_CHAIN;
    case MU_DAMAGE_TIME:
        return MU_W_DAMAGE_TIME;
    case MU_DAMAGE_CHECKPOINT:
        return MU_W_DAMAGE_CHECKPOINT;
    case MU_DAMAGE_CUT:
        return MU_W_DAMAGE_CUT;
    case MU_DAMAGE_PLACE:
        return MU_W_DAMAGE_PLACE;
    case MU_DAMAGE_SPLIT:
        return MU_W_DAMAGE_SPLIT;
    case MU_DAMAGE_RECEIPT:
        return MU_W_DAMAGE_RECEIPT;
    case MU_DAMAGE_EPOCH:
        return MU_W_DAMAGE_EPOCH;
    }
    return MU_W_DAMAGE_BYTES;
}

static const char *damage_code(enum mu_damage_kind kind)
{
    static const char *const codes[] = {"",      "missing", "bytes",      "seal", "author",
                                        "chain", "time",    "checkpoint", "cut",  "place",
                                        "split", "receipt", "epoch"};

    return codes[kind];
}

static void say(FILE *out, enum mu_lang lang, enum mu_word word, const char *const *args,
                size_t count)
{
    char line[1024];
    struct mu_text text = mu_text(line, sizeof line);

    mu_words_fill(&text, mu_word(word, lang), args, count);
    fprintf(out, "%s\n", line);
}

static void print_damage(FILE *out, enum mu_lang lang, const struct mu_damage *damage)
{
    char first[24], last[24];
    const char *args[] = {first, last};
    char place[96];
    struct mu_text text = mu_text(place, sizeof place);
    const char *line[] = {place};

    snprintf(first, sizeof first, "%" PRIu64, damage->first);
    snprintf(last, sizeof last, "%" PRIu64, damage->last);
    mu_words_fill(&text, mu_word(damage->first == damage->last ? MU_W_ENTRY : MU_W_ENTRIES, lang),
                  args, 2);
    say(out, lang, damage_word(damage->kind), line, 1);
}

/* Detection once two views meet: that, and no more, is what witnesses give. */
static void print_witnessed(FILE *out, enum mu_lang lang, const struct mu_witnessed *witnessed)
{
    char through[24], agencies[24], of[24];
    const char *args[] = {through, agencies, of};

    snprintf(through, sizeof through, "%" PRIu64, witnessed->through);
    snprintf(agencies, sizeof agencies, "%zu", witnessed->agencies);
    snprintf(of, sizeof of, "%zu", witnessed->of);
    if (witnessed->of > 0)
        say(out, lang, MU_W_VERIFY_WITNESSED, args, 3);
}

static void print_text(FILE *out, enum mu_lang lang, const struct mu_audit_report *report)
{
    char entries[24], signers[24], head[65], count[24], after[24];
    char brief[16];
    const char *args[] = {entries, signers, brief, after, count};
    size_t listed = report->damage_count < MU_DAMAGE_MAX ? report->damage_count : MU_DAMAGE_MAX;

    mu_hex(report->head.root.b, 32, head);
    snprintf(brief, sizeof brief, "%.4s..%.4s", head, head + 60);
    snprintf(entries, sizeof entries, "%" PRIu64, report->head.size);
    snprintf(signers, sizeof signers, "%" PRIu64, report->signers);
    snprintf(count, sizeof count, "%zu", report->damage_count);
    snprintf(after, sizeof after, "%" PRIu64, report->head.size - report->checkpoint_at);
    for (size_t i = 0; i < listed; i++)
        print_damage(out, lang, &report->damage[i]);
    say(out, lang, report->damage_count > 0 ? MU_W_VERIFY_DAMAGED : MU_W_VERIFY_OK, args, 5);
    if (report->head.size > report->checkpoint_at && report->damage_count == 0)
        say(out, lang, MU_W_VERIFY_AFTER, args, 5);
    mu_epochs_print(out, lang, report->breaks);
    print_witnessed(out, lang, &report->witnessed);
}

static void print_json(FILE *out, const struct mu_audit_report *report)
{
    char log[65], root[65];
    size_t listed = report->damage_count < MU_DAMAGE_MAX ? report->damage_count : MU_DAMAGE_MAX;

    mu_hex(report->log.b, 32, log);
    mu_hex(report->head.root.b, 32, root);
    fprintf(out,
            "{\"log\":\"%s\",\"entries\":\"%" PRIu64 "\",\"root\":\"%s\",\"batches\":\"%" PRIu64
            "\",\"refused\":\"%" PRIu64 "\",\"signers\":\"%" PRIu64 "\",\"checkpoints\":\"%" PRIu64
            "\",\"checkpointAt\":\"%" PRIu64 "\",\"receipts\":\"%" PRIu64
            "\",\"witnessedThrough\":\"%" PRIu64 "\",\"witnesses\":%zu,\"witnessesOf\":%zu",
            log, report->head.size, root, report->batches, report->refused, report->signers,
            report->checkpoints, report->checkpoint_at, report->receipts, report->witnessed.through,
            report->witnessed.agencies, report->witnessed.of);
    mu_epochs_json(out, report->breaks);
    fprintf(out, ",\"damageCount\":%zu,\"damage\":[", report->damage_count);
    for (size_t i = 0; i < listed; i++)
        fprintf(out, "%s{\"what\":\"%s\",\"first\":\"%" PRIu64 "\",\"last\":\"%" PRIu64 "\"}",
                i == 0 ? "" : ",", damage_code(report->damage[i].kind), report->damage[i].first,
                report->damage[i].last);
    fprintf(out, "]}\n");
}

static void print_report(FILE *out, const struct mu_verify_options *options,
                         const struct mu_audit_report *report)
{
    if (options->json)
        print_json(out, report);
    else
        print_text(out, options->lang, report);
}

/* A source that was cut short still has a report worth printing; one that is no record has none, and
 * that of another record would be read as that of this. */
enum mu_err mu_verify(const char *path, const struct mu_verify_options *options, FILE *out)
{
    mu_audit *audit = NULL;
    const struct mu_audit_report *report;
    bool other;
    enum mu_err err = mu_audit_new(&audit);

    if (err != MU_OK)
        return err;
    err = mu_walk(path, options, take_piece, audit);
    if (err == MU_E_CORRUPT)
        mu_audit_cut(audit, 0);
    else if (err != MU_OK)
        goto out;
    report = mu_audit_report(audit);
    other = options->log != NULL && !mu_hash_equal(options->log, &report->log);
    if (!other || report->damage_count > 0)
        print_report(out, options, report);
    err = other ? MU_E_OTHER_LOG : report->damage_count > 0 ? MU_E_PROOF : MU_OK;
out:
    mu_audit_free(&audit);
    return err;
}
