package io.troupe.transport.internal.security;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

import io.troupe.transport.internal.tls.NodeUri;

/**
 * Believes certificates that an authority has issued to a node of this cluster, and no others. Which node it is must be
 * compared by whoever knows which one it should be.
 *
 * <p>Host names are not looked at, not even for a caller who asks for that: certificates name nodes here, and nodes
 * move.
 */
public final class NodeTrust extends X509ExtendedTrustManager {
    private volatile X509TrustManager authorities;
    private final String prefix;

    NodeTrust(List<X509Certificate> authorities, String cluster) {
        this.authorities = manager(authorities);
        prefix = NodeUri.clusterPrefix(cluster);
    }

    /**
     * Believes other authorities from the next handshake on.
     *
     * @param newer has them
     */
    public void replace(NodeTrust newer) {
        authorities = newer.authorities;
    }

    private static X509TrustManager manager(List<X509Certificate> authorities) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority-" + i, authorities.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager found) {
                    return found;
                }
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every Java platform has PKCS12 and PKIX", e);
        }
        throw new IllegalStateException("the PKIX factory of this Java platform makes no X509TrustManager");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        authorities.checkClientTrusted(chain, authType);
        checkNode(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        authorities.checkServerTrusted(chain, authType);
        checkNode(chain[0]);
    }

    private void checkNode(X509Certificate certificate) throws CertificateException {
        List<String> uris = NodeUri.in(certificate);
        if (uris.stream().noneMatch(uri -> uri.startsWith(prefix))) {
            throw new CertificateException("the certificate of '"
                    + certificate.getSubjectX500Principal().getName() + "' names " + uris
                    + ", and no node of this cluster (" + prefix + "...)");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.getAcceptedIssuers();
    }
}
