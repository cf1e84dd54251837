package io.troupe.transport.internal.tls;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The blocks of a PEM text (RFC 7468). What stands between them is ignored, as other programs ignore it. */
public final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----\\s([^-]*)-----END ([A-Z0-9 ]{1,40})-----");
    private static final String BEGIN = "-----BEGIN ";

    private Pem() {}

    /**
     * One block.
     *
     * @param label what it says it is, for instance {@code CERTIFICATE}
     * @param der   its bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // read once
    public record Block(String label, byte[] der) {
        /** Never the bytes: they may be a key. */
        @Override
        public String toString() {
            return label;
        }
    }

    /**
     * Reads the blocks of a text.
     *
     * @param text the bytes of the text
     * @return its blocks, in order
     * @throws IllegalArgumentException if a block is cut off, or is not Base64; the message never has any of its
     *     content
     */
    public static List<Block> read(byte[] text) {
        String pem = new String(text, StandardCharsets.ISO_8859_1);
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(pem);
        int end = 0;
        while (matcher.find()) {
            refuseCut(pem.substring(end, matcher.start()));
            end = matcher.end();
            String label = matcher.group(1);
            if (!label.equals(matcher.group(3))) {
                throw new IllegalArgumentException(
                        "block " + label + " ends with END " + matcher.group(3) + ": it is damaged");
            }
            blocks.add(new Block(label, der(label, matcher.group(2))));
        }
        refuseCut(pem.substring(end));
        return blocks;
    }

    private static void refuseCut(String between) {
        if (between.contains(BEGIN)) {
            throw new IllegalArgumentException("a block has no end: the file is cut off or damaged");
        }
    }

    private static byte[] der(String label, String base64) {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            // Without the cause: it may quote what it could not decode.
            throw new IllegalArgumentException("block " + label + " is not Base64: it is damaged");
        }
    }
}
