package io.troupe.transport.internal.frame;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.UnaryOperator;

import io.troupe.transport.ClusterSecret;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The first frames of one connection. The dialling node says HELLO, the accepting one answers WELCOME or REFUSE; until
 * then nothing else is allowed.
 *
 * <p>Nodes with a secret prove it to each other in between: HELLO is answered with CHALLENGE, which has the accepting
 * node's proof, and that with PROOF, the dialling node's. A proof is a MAC of both hellos, and so of both ids and both
 * nonces, under the name of the role it was made in: it is of no use in another handshake, between other nodes, or sent
 * back. Until the other node has proven itself nothing it says decides anything, but that versions or secrets differ.
 *
 * <p>With TLS, which comes before the first frame, the other end has shown a certificate of a trusted authority; here
 * it is compared with what the node says it is. The dialling node does so before it says anything.
 *
 * <p>Invariant: {@link Agreed} comes after a valid proof of the other node if this one has a secret, and only if the
 * certificate names that node if this one has TLS.
 */
public final class LinkHandshake {
    private static final byte[] ACCEPTING = "accepting".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DIALLING = "dialling".getBytes(StandardCharsets.US_ASCII);

    private final Hello own;
    private final boolean dialled;
    private final @Nullable ClusterSecret secret;

    /** How certificates name a node; null without TLS. */
    private final @Nullable UnaryOperator<String> nameInCertificates;

    /** What the other end has shown; never null with TLS when a frame comes. */
    private @Nullable PeerCertificate certificate;

    /** Whom an accepting node has challenged, and whose proof it waits for; null before that and in a dialling node. */
    private @Nullable Hello challenged;

    /** Who has proven itself to a dialling node with its challenge; null before that and in an accepting node. */
    private @Nullable Hello proven;

    /** What this node must do next. */
    public sealed interface Step {}

    /**
     * The other node may be linked. An accepting node still has to look for a second link and to answer.
     *
     * @param other who it is
     */
    public record Agreed(Hello other) implements Step {}

    /**
     * We want a proof: say CHALLENGE.
     *
     * @param own   what we say of ourselves
     * @param proof our own proof
     */
    @SuppressWarnings("ArrayRecordComponent") // written once, sent once
    public record Challenge(Hello own, byte[] proof) implements Step {}

    /**
     * The other node has proven itself: say PROOF.
     *
     * @param proof ours
     */
    @SuppressWarnings("ArrayRecordComponent") // written once, sent once
    public record Prove(byte[] proof) implements Step {}

    /**
     * We refuse: answer with the code, then close.
     *
     * @param other      who was refused
     * @param code       why
     * @param reason     why, for a person
     * @param ofAStranger true if the other node has not proven that it knows the secret, and had to
     */
    public record Refuse(Hello other, RefusalCode code, String reason, boolean ofAStranger) implements Step {}

    /**
     * The other node refused us, or is not the one we meant: close.
     *
     * @param other  who it is
     * @param code   why
     * @param reason why, for a person
     */
    public record Refused(Hello other, RefusalCode code, String reason) implements Step {}

    /**
     * A handshake whose first byte is still to come.
     *
     * @param own     what this node says; {@code to} is the dialled node, and the nonce was drawn for this handshake
     * @param dialled true if this node dialled
     * @param secret  what both must prove, or null
     * @param nameInCertificates how certificates name a node, by its id; null without TLS
     */
    public LinkHandshake(
            Hello own,
            boolean dialled,
            @Nullable ClusterSecret secret,
            @Nullable UnaryOperator<String> nameInCertificates) {
        if (own.hasSecret() != (secret != null)) {
            throw new IllegalArgumentException("a nonce is drawn exactly if there is a secret");
        }
        this.own = own;
        this.dialled = dialled;
        this.secret = secret;
        this.nameInCertificates = nameInCertificates;
    }

    /**
     * TLS is there; before any frame.
     *
     * @param shown what the other end has shown
     * @return the refusal if this node has dialled another node than that, else null
     */
    public @Nullable Refused onCertificate(PeerCertificate shown) {
        certificate = shown;
        String problem = dialled ? certificateProblem(own.to()) : null;
        return problem == null ? null : new Refused(own, RefusalCode.CERTIFICATE, problem);
    }

    /** Null if the certificate names the node, or none is needed. */
    private @Nullable String certificateProblem(String node) {
        PeerCertificate shown = certificate;
        if (nameInCertificates == null) {
            return null;
        }
        String name = nameInCertificates.apply(node);
        if (shown != null && shown.uris().contains(name)) {
            return null;
        }
        return "the certificate of " + (shown == null ? "nobody" : "'" + shown.subject() + "' " + shown.uris())
                + " does not name node " + node + ": correct the address of " + node
                + ", or issue its certificate with the subject alternative name URI:" + name;
    }

    /** {@return what this node says in this handshake} */
    public Hello own() {
        return own;
    }

    /**
     * A frame that came before the handshake was done.
     *
     * @param flags  those of {@link FrameLayout}
     * @param type   its type
     * @param buffer holds its body
     * @param offset where the body starts
     * @param length how long it is
     * @return what to do
     * @throws FramingException if such a frame is not allowed now
     */
    public Step onFrame(int flags, int type, DirectBuffer buffer, int offset, int length) throws FramingException {
        boolean control = flags == FrameLayout.CONTROL;
        boolean trusted = secret == null || proven != null;
        if (control && !dialled && challenged == null && type == Control.HELLO) {
            return onHello(Control.hello(buffer, offset, length));
        }
        if (control && !dialled && challenged != null && type == Control.PROOF) {
            return onProof(challenged, Control.proof(buffer, offset, length));
        }
        if (control && dialled && !trusted && type == Control.CHALLENGE) {
            return onChallenge(Control.challenge(buffer, offset, length));
        }
        if (control && dialled && trusted && type == Control.WELCOME) {
            return onWelcome(Control.hello(buffer, offset, length));
        }
        if (control && dialled && type == Control.REFUSE) {
            return onRefusal(Control.refusal(buffer, offset, length), trusted);
        }
        throw new FramingException(
                (control ? "control" : "data") + " frame of type " + type + " before the end of the handshake");
    }

    private Step onHello(Hello other) {
        String problem = certificateProblem(other.nodeId());
        if (problem != null) {
            return new Refuse(other, RefusalCode.CERTIFICATE, problem, true);
        }
        if (other.protocol() != own.protocol()) {
            return refuse(other, RefusalCode.PROTOCOL);
        }
        if (other.hasSecret() != own.hasSecret()) {
            return refuse(other, RefusalCode.SECRET);
        }
        if (secret == null) {
            return judge(other);
        }
        challenged = other;
        Hello answer = own.saidTo(other.nodeId());
        return new Challenge(answer, secret.prove(transcript(ACCEPTING, other, answer)));
    }

    private Step onProof(Hello other, byte[] proof) throws FramingException {
        if (secret == null || !secret.isProof(transcript(DIALLING, other, own.saidTo(other.nodeId())), proof)) {
            throw new FramingException(
                    "a node that calls itself " + other.nodeId() + " does not know the cluster secret");
        }
        return judge(other);
    }

    /** Of a node that has proven itself, if it must: without a secret a stranger learns here whose port this is. */
    private Step judge(Hello other) {
        if (other.nodeId().equals(own.nodeId())) {
            return refuse(other, RefusalCode.SELF);
        }
        if (!other.to().equals(own.nodeId())) {
            return refuse(other, RefusalCode.WRONG_NODE);
        }
        if (!other.identity().equals(own.identity())) {
            return refuse(other, RefusalCode.IDENTITY);
        }
        return new Agreed(other);
    }

    private Step onChallenge(Control.Challenge challenge) {
        Hello other = challenge.by();
        if (secret == null || !secret.isProof(transcript(ACCEPTING, own, other), challenge.proof())) {
            return refused(other, RefusalCode.SECRET);
        }
        proven = other;
        return new Prove(secret.prove(transcript(DIALLING, own, other)));
    }

    private Step onRefusal(Control.Refusal refusal, boolean trusted) throws FramingException {
        boolean allowed = refusal.code() == RefusalCode.PROTOCOL
                || refusal.code() == RefusalCode.SECRET
                || refusal.code() == RefusalCode.CERTIFICATE;
        if (!trusted && !allowed) {
            throw new FramingException("a refusal by a node that has not proven that it knows the cluster secret");
        }
        return refused(refusal.by(), refusal.code());
    }

    /** The accepting node has checked us; we check it all the same, for it may be wrong about itself. */
    private Step onWelcome(Hello other) throws FramingException {
        if (proven != null && !other.at(SessionPoint.NONE).equals(proven.at(SessionPoint.NONE))) {
            throw new FramingException("a welcome by another node than the one that has proven itself");
        }
        if (other.protocol() != own.protocol()) {
            return refused(other, RefusalCode.PROTOCOL);
        }
        if (other.point().lane() != own.point().lane()) {
            throw new FramingException("a welcome on lane " + other.point().lane() + ", and lane "
                    + own.point().lane() + " was dialled");
        }
        if (!other.nodeId().equals(own.to())) {
            return refused(other, RefusalCode.WRONG_NODE);
        }
        if (!other.identity().equals(own.identity())) {
            return refused(other, RefusalCode.IDENTITY);
        }
        return new Agreed(other);
    }

    private static byte[] transcript(byte[] role, Hello dialling, Hello accepting) {
        byte[] first = Control.bytes(dialling);
        byte[] second = Control.bytes(accepting);
        byte[] all = Arrays.copyOf(role, role.length + first.length + second.length);
        System.arraycopy(first, 0, all, role.length, first.length);
        System.arraycopy(second, 0, all, role.length + first.length, second.length);
        return all;
    }

    /**
     * Refuses a node whose HELLO was fine by itself.
     *
     * @param other who is refused
     * @param code  why
     * @return the step
     */
    public Refuse refuse(Hello other, RefusalCode code) {
        return new Refuse(other, code, code.reason(own, other), secret != null && challenged == null);
    }

    private Refused refused(Hello other, RefusalCode code) {
        return new Refused(other, code, code.reason(other, own));
    }

    /**
     * Whether an accepting node keeps the connection it has dialled itself and refuses this one. Of two that cross, the
     * one dialled by the smaller node id stays; a node of a new incarnation has no use for a link to its predecessor.
     *
     * @param own             this node
     * @param other           the node that dialled us
     * @param sameIncarnation false if our connection is known to lead to an earlier incarnation of that node
     * @return true to refuse
     */
    public static boolean keepsOwnDial(String own, String other, boolean sameIncarnation) {
        return sameIncarnation && own.compareTo(other) < 0;
    }
}
