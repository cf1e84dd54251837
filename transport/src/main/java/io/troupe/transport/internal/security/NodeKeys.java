package io.troupe.transport.internal.security;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

import org.jspecify.annotations.Nullable;

/**
 * Shows one certificate, whatever is asked for: a node has no other. When it is replaced, handshakes under way end with
 * the one they began with.
 */
public final class NodeKeys extends X509ExtendedKeyManager {
    private static final String ALIAS = "node-";

    private volatile Shown shown;

    /** An alias is the number of what it stands for, so it never stands for half of one state and half of the next. */
    private record Shown(int number, Credentials now, Credentials before) {
        @Nullable
        Credentials of(String alias) {
            if (alias.equals(ALIAS + number)) {
                return now;
            }
            return alias.equals(ALIAS + (number - 1)) ? before : null;
        }
    }

    /**
     * The key manager of some credentials.
     *
     * @param credentials what is shown
     */
    public NodeKeys(Credentials credentials) {
        shown = new Shown(1, credentials, credentials);
    }

    /**
     * Shows others from the next handshake on. Not for two threads at a time.
     *
     * @param credentials what is shown from now on
     */
    public void replace(Credentials credentials) {
        Shown old = shown;
        shown = new Shown(old.number() + 1, credentials, old.now());
    }

    /** None if the other end cannot read a key of this kind: TLS says so better than we can. */
    private @Nullable String alias(String... keyTypes) {
        Shown now = shown;
        boolean readable = Arrays.asList(keyTypes).contains(now.now().key().getAlgorithm());
        return readable ? ALIAS + now.number() : null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = alias(keyType);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyTypes);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyTypes);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return getClientAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyType);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyType);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Credentials credentials = shown.of(alias);
        return credentials == null ? null : credentials.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Credentials credentials = shown.of(alias);
        return credentials == null ? null : credentials.key();
    }
}
