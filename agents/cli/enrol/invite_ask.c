/* The admin's yes or no. Both machines show four words; whoever sits here hears the other four on the
 * telephone. The first time a "y" will do. When a machine came again after words were shown, the last
 * word must be typed: a "y" meant for the words before must not let in whoever came since. */
#include "agents/cli/enrol/invite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "agents/cli/output.h"
#include "proto/words/check.h"

static void print_words(const struct mu_invite *invite)
{
    char words[256], line[512], agent[33];
    struct mu_text text = mu_text(words, sizeof words), out = mu_text(line, sizeof line);

    mu_check_words_print(&text, invite->words, MU_CHECK_WORDS, invite->cli->lang);
    mu_hex(invite->wanted->agent.data, invite->wanted->agent.len, agent);
    if (invite->cli->form == MU_FORM_JSON) {
        mu_json_open(&out);
        mu_json_member(&out, "result", "came");
        mu_json_member(&out, "agency", invite->agency);
        mu_json_member(&out, "agent", agent);
        mu_json_member(&out, "words", words);
        mu_json_close(&out);
        puts(line);
    } else {
        mu_output_line(invite->cli, MU_W_INVITE_CAME, invite->agency,
                       invite->wanted->program == NULL ? "-" : invite->wanted->program, NULL);
        mu_output_line(invite->cli, MU_W_INVITE_WORDS, words, NULL);
    }
    fflush(stdout);
}

void mu_invite_ask(struct mu_invite *invite)
{
    invite->stage = MU_INVITE_ASKING;
    invite->asked++;
    invite->reply_size = 0;
    print_words(invite);
    if (invite->yes) {
        mu_invite_seal(invite);
        return;
    }
    if (invite->expect != NULL)
        return;
    (void)tcflush(STDIN_FILENO, TCIFLUSH); /* typed before these words were seen */
    mu_cli_tell(invite->cli, invite->asked == 1 ? MU_W_INVITE_ASK : MU_W_INVITE_ASK_AGAIN, NULL);
}

/* ---- the reply ----------------------------------------------------------------------------------- */

static bool is_yes(const struct mu_invite *invite)
{
    const char *reply = invite->reply;
    bool plain =
        strcasecmp(reply, "y") == 0 || strcasecmp(reply, "yes") == 0 || strcmp(reply, "是") == 0;

    if (mu_check_words_same(reply, invite->words, MU_CHECK_WORDS) ||
        mu_check_words_same(reply, invite->words + MU_CHECK_WORDS - 1, 1))
        return true;
    return plain && invite->asked == 1 && invite->expect == NULL;
}

static void take_reply(struct mu_invite *invite)
{
    if (is_yes(invite)) {
        mu_invite_seal(invite);
        return;
    }
    mu_invite_shut(invite, MU_E_WORDS_DIFFER);
    mu_invite_end(invite, mu_cli_error(invite->cli, MU_E_WORDS_DIFFER, invite->agency));
}

static void nobody_replies(struct mu_invite *invite)
{
    mu_invite_shut(invite, MU_E_NO_INVITATION);
    mu_invite_end(invite, mu_cli_misused(invite->cli, MU_W_INVITE_NO_INPUT, NULL));
}

/* The file may be a pipe that nobody has written to yet, or not be there: it is looked for again. */
static bool open_reply(struct mu_invite *invite)
{
    if (invite->reply_fd >= 0)
        return true;
    if (invite->expect == NULL || strcmp(invite->expect, "-") == 0)
        invite->reply_fd = STDIN_FILENO;
    else
        invite->reply_fd = open(invite->expect, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    return invite->reply_fd >= 0;
}

/* One byte at a time: what is typed behind the line is for somebody else. True: a whole line is here. */
static bool read_line(struct mu_invite *invite, bool *ended)
{
    struct pollfd in = {.fd = invite->reply_fd, .events = POLLIN};
    char c;

    *ended = false;
    while (poll(&in, 1, 0) == 1) {
        ssize_t got = read(invite->reply_fd, &c, 1);

        if (got < 0)
            return false;
        *ended = got == 0;
        if (got == 0)
            return false;
        if (c == '\n') {
            invite->reply[invite->reply_size] = '\0';
            return true;
        }
        if (invite->reply_size + 1 < sizeof invite->reply)
            invite->reply[invite->reply_size++] = c;
    }
    return false;
}

void mu_invite_look_for_reply(struct mu_invite *invite)
{
    bool ended = false;

    if (invite->no_input && invite->expect == NULL) {
        nobody_replies(invite);
        return;
    }
    if (!open_reply(invite))
        return;
    if (read_line(invite, &ended))
        take_reply(invite);
    else if (ended && invite->reply_fd == STDIN_FILENO)
        nobody_replies(invite);
}
