package io.troupe.metadata;

import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS for the ports of the log: both ends of every connection show a certificate.
 *
 * @param keys  shows this node's certificate; asked in every handshake, so it may change what it shows
 * @param trust decides alone who may speak to the log, in both directions, and asked in every handshake too: host names
 *     are looked at only if it does so itself
 */
public record LogTls(X509ExtendedKeyManager keys, X509ExtendedTrustManager trust) {
    /** Neither keys nor certificates. */
    @Override
    public String toString() {
        return "LogTls[not shown]";
    }
}
