package io.troupe.cluster.internal.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

import com.sun.management.ThreadMXBean;
import io.troupe.cluster.ActorInfo;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.internal.handoff.Transfer;
import io.troupe.cluster.internal.handoff.TransferFrames;
import io.troupe.cluster.internal.listing.Listing;
import io.troupe.cluster.internal.listing.ListingFrames;
import io.troupe.cluster.spi.ActorRange;
import io.troupe.cluster.spi.AnswerAddress;
import io.troupe.metadata.SessionId;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * The frames of the cluster's layer, with bytes changed by chance: each is read or refused with a
 * {@link FrameException}, and allocates little more than it has. A failure names its seed;
 * {@code -Dtroupe.fuzz.seed=N -Dtroupe.fuzz.count=1} is that input alone.
 */
class FuzzedFramesTest {
    private static final int INPUTS = 300_000;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Beside eight times the input: an exception with its stack. */
    private static final long MAX_ALLOCATED = 32_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);

    /** Of {@code corpus/frames.hex}, by name. */
    private static Map<String, byte[]> corpus() throws IOException {
        Map<String, byte[]> frames = new TreeMap<>();
        try (InputStream in =
                Objects.requireNonNull(FuzzedFramesTest.class.getResourceAsStream("/corpus/frames.hex"))) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> {
                        int space = line.indexOf(' ');
                        frames.put(line.substring(0, space), HexFormat.of().parseHex(line.substring(space + 1)));
                    });
        }
        return frames;
    }

    @Test
    void bytesAreReadOrRefusedWithinBounds() throws IOException {
        List<byte[]> corpus = List.copyOf(corpus().values());
        long first = Long.getLong("troupe.fuzz.seed", 1);
        long count = Integer.getInteger("troupe.fuzz.count", INPUTS);
        AtomicLong seed = new AtomicLong();
        assertTimeoutPreemptively(
                PATIENCE,
                () -> {
                    for (long next = first; next < first + count; next++) {
                        seed.set(next);
                        once(corpus, next);
                    }
                },
                () -> "replay with -Dtroupe.fuzz.seed=" + seed + " -Dtroupe.fuzz.count=1");
    }

    private static void once(List<byte[]> corpus, long seed) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L);
        byte[] input = corpus.get(random.nextInt(corpus.size())).clone();
        for (int edits = random.nextInt(5); edits > 0 && input.length > 0; edits--) {
            input = edit(input, corpus, random);
        }
        long allocated = Long.MAX_VALUE;
        long limit = MAX_ALLOCATED + 8L * input.length;
        try {
            // What loads a class allocates once more: what is too much has to be too much again.
            for (int tries = 0; tries < 3 && allocated > limit; tries++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                decode(input);
                allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            }
        } catch (RuntimeException | Error e) {
            throw new AssertionError(
                    "seed " + seed + ", input " + HexFormat.of().formatHex(input) + ": " + e, e);
        }
        assertThat(allocated)
                .as(
                        "bytes allocated for seed %d, input %s",
                        seed, HexFormat.of().formatHex(input))
                .isLessThanOrEqualTo(limit);
    }

    private static byte[] edit(byte[] bytes, List<byte[]> corpus, SplittableRandom random) {
        int at = random.nextInt(bytes.length);
        int rest = bytes.length - at;
        switch (random.nextInt(5)) {
            case 0 -> bytes[at] = (byte) random.nextInt();
            case 1 -> Arrays.fill(bytes, at, at + Math.min(rest, 1 << random.nextInt(4)), (byte) 0xFF);
            case 2 ->
                Arrays.fill(bytes, at, at + Math.min(rest, 1 << random.nextInt(4)), (byte) (random.nextInt(3) - 1));
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            default -> {
                byte[] other = corpus.get(random.nextInt(corpus.size()));
                byte[] joined = Arrays.copyOf(bytes, at + other.length);
                System.arraycopy(other, 0, joined, at, other.length);
                return joined;
            }
        }
        return bytes;
    }

    /** As every type, for the type is a stranger's word too. */
    private static void decode(byte[] input) {
        DirectBuffer bytes = new UnsafeBuffer(input);
        int length = input.length;
        readOrRefuse(() -> {
            DeliveryFrames.Data data = DeliveryFrames.decodeData(bytes, 0, length);
            bytes.boundsCheck(data.contentOffset(), data.contentLength());
        });
        readOrRefuse(() -> DeliveryFrames.decodeAck(bytes, 0, length));
        readOrRefuse(() -> DeliveryFrames.decodeAcks(bytes, 0, length));
        readOrRefuse(() -> DeliveryFrames.decodeAccepted(bytes, 0, length));
        readOrRefuse(() -> DeliveryFrames.decodeNack(bytes, 0, length));
        readOrRefuse(() -> {
            DeliveryFrames.OneWay oneWay = DeliveryFrames.decodeOneWay(bytes, 0, length);
            bytes.boundsCheck(oneWay.contentOffset(), oneWay.contentLength());
        });
        readOrRefuse(() -> TransferFrames.decode(input));
        readOrRefuse(() -> TransferFrames.decodeReceived(input));
        readOrRefuse(() -> ListingFrames.decodeAsk(input));
        readOrRefuse(() -> ListingFrames.decodePart(input, "n1"));
        readOrRefuse(() -> AnswerFrames.decode("n1", input));
    }

    private static void readOrRefuse(Runnable decoding) {
        try {
            decoding.run();
        } catch (FrameException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    /** The corpus is what nodes of this version send; a changed layout fails here and needs new frame types. */
    @Test
    void theCorpusIsWhatIsWritten() throws IOException {
        Map<String, String> written = new TreeMap<>();
        OutboundMessage message = new OutboundMessage(
                DeliveryGuarantee.EXACTLY_ONCE, true, new byte[] {1, 2, 3}, 3, 3_000_000, (outcome, reply) -> {});
        message.place(17, 5);
        written.put("data", hex(DeliveryFrames.encodeData(buffer, 0, message, 4, 3, 2, 0)));
        message.end(new SendOutcome.Accepted(), new byte[0]);
        written.put("skip", hex(DeliveryFrames.encodeData(buffer, 0, message, 4, 3, 2, 0)));
        written.put(
                "ack",
                hex(DeliveryFrames.encodeAck(buffer, 0, new DeliveryFrames.Ack(17, 2, 5, 6, 4, End.rejected("A")))));
        written.put("acks", hex(DeliveryFrames.encodeAcks(buffer, 0, new DeliveryFrames.Acks(17, 2, 5, 9, 6, 4))));
        written.put(
                "accepted",
                hex(DeliveryFrames.encodeAccepted(buffer, 0, new DeliveryFrames.Accepted(17, 2, 6, 4, true))));
        written.put("nack", hex(DeliveryFrames.encodeNack(buffer, 0, new Nack(17, Nack.Reason.BUSY, "n2", 4))));
        written.put("one-way", hex(DeliveryFrames.encodeOneWayHeader(buffer, 0, 17, 4)));
        Transfer.Channel channel = new Transfer.Channel(
                new SessionId("n1", 9), 3, new TreeMap<>(Map.of(5L, End.rejected("no"), 7L, End.rejected(""))));
        Transfer.Channel other = new Transfer.Channel(new SessionId("knöten", 1), 1, new TreeMap<>());
        written.put(
                "transfer",
                HexFormat.of().formatHex(TransferFrames.encode(new Transfer(17, 4, 0, 2, List.of(channel, other)))));
        written.put("received", HexFormat.of().formatHex(TransferFrames.encode(new Transfer.Received(17, 4, 1))));
        Listing.Ask ask = new Listing.Ask(5, new ActorRange("", 17, "konto", "ä", 100));
        written.put("list-ask", HexFormat.of().formatHex(ListingFrames.encode(ask)));
        List<ActorInfo> actors = List.of(
                new ActorInfo("konto", "ö", "n2", 17, 4, 3, false), new ActorInfo("konto", "z", "n2", 18, 9, 0, true));
        written.put("list-part", HexFormat.of().formatHex(ListingFrames.encode(new Listing.Part(5, true, actors))));
        written.put("answer", hex(AnswerFrames.encode(buffer, new AnswerAddress("n1", -3, 5), new byte[] {1, 2})));
        Map<String, String> golden = new TreeMap<>();
        corpus().forEach((name, bytes) -> golden.put(name, HexFormat.of().formatHex(bytes)));
        assertThat(golden).isEqualTo(written);
    }

    private String hex(int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(0, bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
