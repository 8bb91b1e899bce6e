/*
 * Every function of Cryptoki 2.40 except C_GetFunctionList, as
 * FORWARD(name, parameters, arguments): all that the shim has to know of most
 * of them. Included where FORWARD is defined, as often as there is a use.
 */
FORWARD(C_Initialize, (void *init), (init))
FORWARD(C_Finalize, (void *reserved), (reserved))
FORWARD(C_GetInfo, (struct ck_info * info), (info))
FORWARD(C_GetSlotList,
    (unsigned char present, ck_slot_id_t *slots, unsigned long *n),
    (present, slots, n))
FORWARD(C_GetSlotInfo, (ck_slot_id_t slot, struct ck_slot_info *info),
    (slot, info))
FORWARD(C_GetTokenInfo, (ck_slot_id_t slot, struct ck_token_info *info),
    (slot, info))
FORWARD(C_WaitForSlotEvent,
    (ck_flags_t flags, ck_slot_id_t *slot, void *reserved),
    (flags, slot, reserved))
FORWARD(C_GetMechanismList,
    (ck_slot_id_t slot, ck_mechanism_type_t *mechs, unsigned long *n),
    (slot, mechs, n))
FORWARD(C_GetMechanismInfo,
    (ck_slot_id_t slot, ck_mechanism_type_t mech,
	struct ck_mechanism_info *info),
    (slot, mech, info))
FORWARD(C_InitToken,
    (ck_slot_id_t slot, unsigned char *pin, unsigned long pin_len,
	unsigned char *label),
    (slot, pin, pin_len, label))
FORWARD(C_InitPIN, (SESSION, unsigned char *pin, unsigned long pin_len),
    (session, pin, pin_len))
FORWARD(C_SetPIN,
    (SESSION, unsigned char *was, unsigned long was_len, unsigned char *pin,
	unsigned long pin_len),
    (session, was, was_len, pin, pin_len))

FORWARD(C_OpenSession,
    (ck_slot_id_t slot, ck_flags_t flags, void *data, ck_notify_t notify,
	ck_session_handle_t *out),
    (slot, flags, data, notify, out))
FORWARD(C_CloseSession, (SESSION), (session))
FORWARD(C_CloseAllSessions, (ck_slot_id_t slot), (slot))
FORWARD(C_GetSessionInfo, (SESSION, struct ck_session_info *info),
    (session, info))
FORWARD(C_GetOperationState, (SESSION, OUT), (session, out, out_len))
FORWARD(C_SetOperationState,
    (SESSION, IN, ck_object_handle_t enc, ck_object_handle_t auth),
    (session, in, in_len, enc, auth))
FORWARD(C_Login,
    (SESSION, ck_user_type_t user, unsigned char *pin, unsigned long pin_len),
    (session, user, pin, pin_len))
FORWARD(C_Logout, (SESSION), (session))

FORWARD(C_CreateObject, (SESSION, TEMPLATE, ck_object_handle_t *out),
    (session, attrs, n, out))
FORWARD(C_CopyObject, (SESSION, OBJECT, TEMPLATE, ck_object_handle_t *out),
    (session, object, attrs, n, out))
FORWARD(C_DestroyObject, (SESSION, OBJECT), (session, object))
FORWARD(C_GetObjectSize, (SESSION, OBJECT, unsigned long *size),
    (session, object, size))
FORWARD(C_GetAttributeValue, (SESSION, OBJECT, TEMPLATE),
    (session, object, attrs, n))
FORWARD(C_SetAttributeValue, (SESSION, OBJECT, TEMPLATE),
    (session, object, attrs, n))
FORWARD(C_FindObjectsInit, (SESSION, TEMPLATE), (session, attrs, n))
FORWARD(C_FindObjects,
    (SESSION, ck_object_handle_t *objects, unsigned long max,
	unsigned long *n),
    (session, objects, max, n))
FORWARD(C_FindObjectsFinal, (SESSION), (session))

FORWARD(C_EncryptInit, (SESSION, MECHANISM, OBJECT), (session, mech, object))
FORWARD(C_Encrypt, (SESSION, IN, OUT), (session, in, in_len, out, out_len))
FORWARD(C_EncryptUpdate, (SESSION, IN, OUT),
    (session, in, in_len, out, out_len))
FORWARD(C_EncryptFinal, (SESSION, OUT), (session, out, out_len))
FORWARD(C_DecryptInit, (SESSION, MECHANISM, OBJECT), (session, mech, object))
FORWARD(C_Decrypt, (SESSION, IN, OUT), (session, in, in_len, out, out_len))
FORWARD(C_DecryptUpdate, (SESSION, IN, OUT),
    (session, in, in_len, out, out_len))
FORWARD(C_DecryptFinal, (SESSION, OUT), (session, out, out_len))
FORWARD(C_DigestInit, (SESSION, MECHANISM), (session, mech))
FORWARD(C_Digest, (SESSION, IN, OUT), (session, in, in_len, out, out_len))
FORWARD(C_DigestUpdate, (SESSION, IN), (session, in, in_len))
FORWARD(C_DigestKey, (SESSION, OBJECT), (session, object))
FORWARD(C_DigestFinal, (SESSION, OUT), (session, out, out_len))

FORWARD(C_SignInit, (SESSION, MECHANISM, OBJECT), (session, mech, object))
FORWARD(C_Sign, (SESSION, IN, OUT), (session, in, in_len, out, out_len))
FORWARD(C_SignUpdate, (SESSION, IN), (session, in, in_len))
FORWARD(C_SignFinal, (SESSION, OUT), (session, out, out_len))
FORWARD(C_SignRecoverInit, (SESSION, MECHANISM, OBJECT),
    (session, mech, object))
FORWARD(C_SignRecover, (SESSION, IN, OUT), (session, in, in_len, out, out_len))
FORWARD(C_VerifyInit, (SESSION, MECHANISM, OBJECT), (session, mech, object))
FORWARD(C_Verify, (SESSION, IN, unsigned char *sig, unsigned long sig_len),
    (session, in, in_len, sig, sig_len))
FORWARD(C_VerifyUpdate, (SESSION, IN), (session, in, in_len))
FORWARD(C_VerifyFinal, (SESSION, IN), (session, in, in_len))
FORWARD(C_VerifyRecoverInit, (SESSION, MECHANISM, OBJECT),
    (session, mech, object))
FORWARD(C_VerifyRecover, (SESSION, IN, OUT),
    (session, in, in_len, out, out_len))

FORWARD(C_DigestEncryptUpdate, (SESSION, IN, OUT),
    (session, in, in_len, out, out_len))
FORWARD(C_DecryptDigestUpdate, (SESSION, IN, OUT),
    (session, in, in_len, out, out_len))
FORWARD(C_SignEncryptUpdate, (SESSION, IN, OUT),
    (session, in, in_len, out, out_len))
FORWARD(C_DecryptVerifyUpdate, (SESSION, IN, OUT),
    (session, in, in_len, out, out_len))

FORWARD(C_GenerateKey,
    (SESSION, MECHANISM, TEMPLATE, ck_object_handle_t *key),
    (session, mech, attrs, n, key))
FORWARD(C_GenerateKeyPair,
    (SESSION, MECHANISM, struct ck_attribute *pub, unsigned long pub_n,
	struct ck_attribute *priv, unsigned long priv_n,
	ck_object_handle_t *pub_key, ck_object_handle_t *priv_key),
    (session, mech, pub, pub_n, priv, priv_n, pub_key, priv_key))
FORWARD(C_WrapKey, (SESSION, MECHANISM, OBJECT, ck_object_handle_t key, OUT),
    (session, mech, object, key, out, out_len))
FORWARD(C_UnwrapKey,
    (SESSION, MECHANISM, OBJECT, IN, TEMPLATE, ck_object_handle_t *key),
    (session, mech, object, in, in_len, attrs, n, key))
FORWARD(C_DeriveKey,
    (SESSION, MECHANISM, OBJECT, TEMPLATE, ck_object_handle_t *key),
    (session, mech, object, attrs, n, key))
FORWARD(C_SeedRandom, (SESSION, IN), (session, in, in_len))
FORWARD(C_GenerateRandom, (SESSION, IN), (session, in, in_len))
FORWARD(C_GetFunctionStatus, (SESSION), (session))
FORWARD(C_CancelFunction, (SESSION), (session))
