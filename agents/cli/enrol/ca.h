/* The county CA, on the machine of an admin who holds its key. musterd never sees it. */
#ifndef MU_CLI_CA_H
#define MU_CLI_CA_H

#include <limits.h>

#include "agents/cli/cli.h"
#include "proto/authority/roster.h"
#include "proto/base/arena.h"

#define MU_CA_NAME "ca.key"
#define MU_CERTIFICATE_DAYS 365
#define MU_CERTIFICATE_NAME "certificate.der" /* of an agent, in its directory */

struct mu_ca {
    const struct mu_genesis *genesis;       /* lent with the roster */
    mu_key *key;                            /* NULL: this county has no CA */
    char dir[PATH_MAX], name[NAME_MAX + 1]; /* where the key is */
};

/* Where the key is: `path`, or ca.key beside the admin's own keys in `dir`, or where `musterd init` put
 * it, above them. Explained; an exit code. Close `out`. */
int mu_ca_open(struct mu_cli *cli, const char *dir, const char *path, const mu_roster *roster,
               struct mu_ca *out);
/* The same without the key: MU_EXIT_ABSENT, unexplained, when there is none; then `out` says where one
 * would go. */
int mu_ca_find(struct mu_cli *cli, const char *dir, const char *path, struct mu_ca *out);
void mu_ca_close(struct mu_ca *ca);

/* A key in PEM. Errors: those of mu_file_get_secret and mu_key_from_pem. */
MU_MUST_USE enum mu_err mu_ca_read_key(const char *dir, const char *name, mu_key **out);

/* A certificate over the keys of `e`, in the arena, from now for so many days, or to the CA's own end.
 * Does nothing where there is no CA. `name` is for people; NULL: the agency's code.
 * Errors: MU_E_BAD_KEY when the key is not of the CA in force; MU_E_BAD_VALUE, MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_ca_issue(const struct mu_ca *ca, mu_arena *arena, Muster__Enrolment *e,
                                    const char *name, int64_t now_ms, int64_t days);

#endif
