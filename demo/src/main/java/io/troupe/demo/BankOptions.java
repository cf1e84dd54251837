package io.troupe.demo;

import io.troupe.demo.input.BadInputException;

/**
 * What one run of the bank does, checked.
 *
 * @param nodes     how many nodes: 1, 3, 5, or 7
 * @param kill      who dies half-way
 * @param accounts  how many accounts
 * @param transfers how many transfers
 * @param seed      of the transfers and of a random kill
 */
record BankOptions(int nodes, KillMode kill, int accounts, int transfers, long seed) {
    private static final int MAX_ACCOUNTS = 1_000_000;

    BankOptions {
        DemoOptions.checkNodes(nodes, kill);
        if (accounts < 2 || accounts > MAX_ACCOUNTS) {
            throw new BadInputException("--accounts must be 2 to " + MAX_ACCOUNTS + ", but was " + accounts);
        }
    }
}
