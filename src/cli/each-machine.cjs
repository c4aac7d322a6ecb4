/** Cucumber imports its plugins as modules that are not compiled. */
module.exports = require('./each-machine.ts').plugin;
