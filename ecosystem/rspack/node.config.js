module.exports = { target: "node", entry: "./in-node.mjs", output: { path: `${__dirname}/node` } };
