package io.troupe.transport.internal.tls;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * How a certificate names a node: by the URI {@code troupe://cluster/node} among its subject alternative names. A URI
 * and no DNS name, because the authority of a company issues DNS names to servers of every kind, and one of them may be
 * called like a node; and because one authority may then serve several clusters.
 */
public final class NodeUri {
    private static final String SCHEME = "troupe://";
    private static final String UNRESERVED = "-._~";
    private static final String HEX = "0123456789ABCDEF";

    /** The kind of a URI among the subject alternative names. */
    private static final Integer URI_NAME = 6;

    private NodeUri() {}

    /**
     * {@return the URI of a node} Bytes that a URI cannot have are percent-encoded.
     *
     * @param cluster the cluster's name
     * @param node    the node's id
     */
    public static String of(String cluster, String node) {
        return clusterPrefix(cluster) + encoded(node);
    }

    /**
     * {@return how the URIs of all nodes of a cluster begin}
     *
     * @param cluster the cluster's name
     */
    public static String clusterPrefix(String cluster) {
        return SCHEME + encoded(cluster) + "/";
    }

    /**
     * {@return all URIs among the subject alternative names of a certificate, sorted; none if they cannot be read}
     *
     * @param certificate the certificate
     */
    public static List<String> in(X509Certificate certificate) {
        TreeSet<String> uris = new TreeSet<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                for (List<?> name : names) {
                    if (URI_NAME.equals(name.get(0))) {
                        uris.add(String.valueOf(name.get(1)));
                    }
                }
            }
        } catch (CertificateParsingException unreadable) {
            // Names that cannot be read name nobody: whoever shows such a certificate is refused for that.
            uris.clear();
        }
        return List.copyOf(uris);
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (plain || UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xF));
            }
        }
        return encoded.toString();
    }
}
