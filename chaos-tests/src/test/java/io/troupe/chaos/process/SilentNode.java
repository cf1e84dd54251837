package io.troupe.chaos.process;

import java.io.IOException;

/** A node that never becomes ready. */
final class SilentNode {
    private SilentNode() {}

    public static void main(String... arguments) throws IOException {
        System.out.println("thinking");
        while (System.in.read() >= 0) {
            System.out.println("still thinking");
        }
    }
}
