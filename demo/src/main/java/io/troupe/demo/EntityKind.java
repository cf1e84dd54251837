package io.troupe.demo;

/** What an order line is added up by. */
enum EntityKind {
    CUSTOMER("customers"),
    STOCK("stock items");

    private final String plural;

    EntityKind(String plural) {
        this.plural = plural;
    }

    String plural() {
        return plural;
    }
}
