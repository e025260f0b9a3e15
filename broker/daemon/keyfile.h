/* Secrets in files: written once, synced, mode 0600, never half there under their name. */
#ifndef MU_DAEMON_KEYFILE_H
#define MU_DAEMON_KEYFILE_H

#include "proto/sign/key.h"

#define MU_CURVE_KEY_BYTES 32u

struct mu_curve {
    uint8_t secret[MU_CURVE_KEY_BYTES];
    uint8_t public[MU_CURVE_KEY_BYTES];
};

/* Errors: MU_E_SYSTEM. An existing directory is taken as it is, if it is the caller's own. */
MU_MUST_USE enum mu_err mu_dir_make(const char *dir);
MU_MUST_USE enum mu_err mu_file_write(const char *dir, const char *name, const char *text);

/* A fresh key, saved as PEM in dir/name; given when `out` is not NULL. */
MU_MUST_USE enum mu_err mu_keyfile_make(const char *dir, const char *name, mu_key **out);
/* Errors: MU_E_ABSENT, MU_E_BAD_KEY; MU_E_NOT_ALLOWED when others may read it. */
MU_MUST_USE enum mu_err mu_keyfile_read(const char *dir, const char *name, mu_key **out);

/* A CURVE pair, as two lines "secret HEX", "public HEX". Wipe it after use. */
MU_MUST_USE enum mu_err mu_curvefile_make(const char *dir, const char *name, struct mu_curve *out);
MU_MUST_USE enum mu_err mu_curvefile_read(const char *dir, const char *name, struct mu_curve *out);

#endif
