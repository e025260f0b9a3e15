/* muster verify: follow everything from the first entry and believe nothing on the way.
 *
 * libmuster checks every seal, leaf and checkpoint before it hands an entry out, and leaves a broker
 * whose entries do not fit. Here the tree is built once more from what was handed out, and numbers
 * and signers are counted. A file or a directory is muster-replay's business: it needs no broker.
 */
#include "agents/cli/look.h"
#include "agents/cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/sign/leaf.h"
#include "proto/sign/merkle.h"

#define SIGNERS_MAX 4096u

struct tally {
    struct mu_look *look;
    uint64_t next; /* the number expected */
    uint64_t events;
    uint64_t withheld; /* left out: this agency may not read them */
    uint64_t refused;
    struct mu_edge edge;
    uint64_t matched; /* the tree agreed with a checkpoint of this size */
    struct mu_hash root;
    struct mu_agent_id *signers;
    size_t signer_count;
};

/* ---- entries --------------------------------------------------------------------------------------- */

static enum mu_err count_signer(struct tally *tally, const struct mu_agent_id *agent)
{
    for (size_t i = 0; i < tally->signer_count; i++)
        if (mu_agent_id_equal(&tally->signers[i], agent))
            return MU_OK;
    if (tally->signer_count == SIGNERS_MAX)
        return MU_E_LIMIT;
    tally->signers[tally->signer_count++] = *agent;
    return MU_OK;
}

/* A tree with holes is no tree: once something was withheld, only libmuster sees all leaves. */
static enum mu_err grow_tree(struct tally *tally, const struct mu_entry *entry)
{
    struct mu_record record = {entry->epoch, entry->number,        entry->accepted_at_ms,
                               entry->code,  entry->judge_version, entry->leaf};
    struct mu_hash leaf = mu_log_leaf(&record);
    struct mu_head head;

    if (tally->withheld > 0)
        return MU_OK;
    mu_edge_add(&tally->edge, &leaf);
    mu_agent_head(tally->look->talk.agent, &head);
    if (head.size != tally->edge.size)
        return MU_OK;
    mu_edge_root(&tally->edge, &tally->root);
    if (!mu_hash_equal(&tally->root, &head.root))
        return MU_E_PROOF;
    tally->matched = head.size;
    return MU_OK;
}

static enum mu_err count(void *user, const struct mu_entry *entry)
{
    struct tally *tally = user;

    if (entry->number < tally->next)
        return MU_E_PROOF; /* numbers only grow */
    tally->withheld += entry->number - tally->next;
    tally->next = entry->number + 1;
    tally->events++;
    tally->refused += entry->code != 0;
    enum mu_err err = count_signer(tally, &entry->agent);
    return err == MU_OK ? grow_tree(tally, entry) : err;
}

/* ---- the verdict -------------------------------------------------------------------------------------- */

static void show_root(char out[16], const struct mu_hash *root)
{
    char hex[65];

    mu_hex(root->b, sizeof root->b, hex);
    snprintf(out, 16, "%.4s..%.4s", hex, hex + 60);
}

static void print_json(const struct tally *tally, const struct mu_head *head, bool ok)
{
    char line[512], hex[65];
    struct mu_text out = mu_text(line, sizeof line);

    mu_hex(head->root.b, sizeof head->root.b, hex);
    mu_json_open(&out);
    mu_json_member(&out, "result", ok ? "ok" : "damaged");
    mu_json_number(&out, "events", (int64_t)tally->events);
    mu_json_number(&out, "withheld", (int64_t)tally->withheld);
    mu_json_number(&out, "refused", (int64_t)tally->refused);
    mu_json_number(&out, "signers", (int64_t)tally->signer_count);
    mu_json_number(&out, "through", (int64_t)(tally->next - 1));
    mu_json_number(&out, "checkpoint", (int64_t)head->size);
    mu_json_member(&out, "root", hex);
    mu_json_close(&out);
    puts(line);
}

static int print_ok(const struct tally *tally, const struct mu_head *head)
{
    struct mu_cli *cli = tally->look->cli;
    char events[32], withheld[32], signers[32], root[16], after[32];

    if (cli->form == MU_FORM_JSON) {
        print_json(tally, head, true);
        return MU_EXIT_DONE;
    }
    snprintf(events, sizeof events, "%" PRIu64, tally->events);
    snprintf(withheld, sizeof withheld, "%" PRIu64, tally->withheld);
    snprintf(signers, sizeof signers, "%zu", tally->signer_count);
    show_root(root, &head->root);
    mu_output_line(cli, MU_W_VERIFY_OK, events, signers, root, NULL);
    if (tally->withheld > 0)
        mu_output_line(cli, MU_W_VERIFY_WITHHELD, withheld, NULL);
    if (tally->next - 1 > head->size) {
        snprintf(after, sizeof after, "%" PRIu64, tally->next - 1 - head->size);
        mu_output_line(cli, MU_W_VERIFY_UNSIGNED, after, NULL);
    }
    return MU_EXIT_DONE;
}

static int print_damaged(const struct tally *tally, const struct mu_head *head)
{
    char number[32];

    if (tally->look->cli->form == MU_FORM_JSON)
        print_json(tally, head, false);
    snprintf(number, sizeof number, "%" PRIu64, tally->next);
    return mu_cli_fail(tally->look->cli, MU_EXIT_INTEGRITY, MU_W_VERIFY_BROKEN, number, NULL);
}

static int verify(struct mu_look *look)
{
    struct tally tally = {.look = look, .next = 1};
    struct mu_head head;
    enum mu_err err = MU_E_NO_MEMORY;

    if ((tally.signers = calloc(SIGNERS_MAX, sizeof *tally.signers)) != NULL) {
        look->talk.on_entry = count;
        look->talk.user = &tally;
        err = mu_talk_read(&look->talk, "", 1);
        look->talk.on_entry = NULL;
    }
    mu_agent_head(look->talk.agent, &head);
    free(tally.signers);
    if (err == MU_E_PROOF || err == MU_E_CORRUPT)
        return print_damaged(&tally, &head);
    if (err != MU_OK)
        return mu_talk_explain(&look->talk, err);
    return print_ok(&tally, &head);
}

/* ---- files --------------------------------------------------------------------------------------------- */

/* muster-replay beside this program, else wherever the shell would find it. */
static int hand_over(const struct mu_cli *cli, char *path)
{
    char self[PATH_MAX], beside[PATH_MAX + 16];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    char *lang = cli->lang == MU_LANG_ZH ? "--lang=zh" : "--lang=en";
    char *argv[] = {
        "muster-replay", "verify", path, lang, cli->form == MU_FORM_JSON ? "--json" : NULL, NULL};

    fflush(NULL);
    if (length > 0) {
        self[length] = '\0';
        char *slash = strrchr(self, '/');
        snprintf(beside, sizeof beside, "%.*s/muster-replay", (int)(slash - self), self);
        execv(beside, argv);
    }
    execvp(argv[0], argv);
    char why[128];
    struct mu_text text = mu_text(why, sizeof why);

    mu_words_system(&text, errno, cli->lang);
    return mu_cli_fail(cli, MU_EXIT_FAILED, MU_W_NO_REPLAY, why, NULL);
}

int mu_cli_verify(struct mu_cli *cli, int argc, char **argv)
{
    struct mu_look look;
    int key = mu_cli_option(cli, argc, argv, NULL, NULL);

    if (key != -1)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    if (argc - optind > 1)
        return mu_cli_misused(cli, MU_W_UNEXPECTED, argv[optind + 1], NULL);
    if (argc - optind == 1)
        return hand_over(cli, argv[optind]);
    int code = mu_look_open(&look, cli);
    if (code == MU_EXIT_DONE)
        code = verify(&look);
    mu_look_close(&look);
    return code;
}
