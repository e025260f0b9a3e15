#include "agents/sdk/curve.h"

#include <string.h>
#include <zmq.h>

#include "proto/sign/key.h"

#define Z85_CHARS 41u /* 40 and a NUL */

enum mu_err mu_curve_make(uint8_t secret[MU_CURVE_KEY_BYTES], uint8_t public[MU_CURVE_KEY_BYTES])
{
    char public_z85[Z85_CHARS], secret_z85[Z85_CHARS];
    enum mu_err err = MU_E_SYSTEM;

    if (zmq_curve_keypair(public_z85, secret_z85) == 0 &&
        zmq_z85_decode(public, public_z85) != NULL && zmq_z85_decode(secret, secret_z85) != NULL)
        err = MU_OK;
    mu_wipe(secret_z85, sizeof secret_z85);
    return err;
}

enum mu_err mu_curve_check(const uint8_t secret[MU_CURVE_KEY_BYTES],
                           const uint8_t public[MU_CURVE_KEY_BYTES])
{
    char secret_z85[Z85_CHARS], public_z85[Z85_CHARS];
    uint8_t derived[MU_CURVE_KEY_BYTES];
    enum mu_err err = MU_E_BAD_KEY;

    if (zmq_z85_encode(secret_z85, secret, MU_CURVE_KEY_BYTES) != NULL &&
        zmq_curve_public(public_z85, secret_z85) == 0 &&
        zmq_z85_decode(derived, public_z85) != NULL && memcmp(derived, public, sizeof derived) == 0)
        err = MU_OK;
    mu_wipe(secret_z85, sizeof secret_z85);
    return err;
}
