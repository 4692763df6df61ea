/** Where Services of every instance have their addresses: each node translates its own pods' to where they lead. */
export const serviceNetwork = "10.96.0.0/12";
