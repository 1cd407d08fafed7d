export default {
  testMatch: ["<rootDir>/*.spec.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": "<rootDir>/strip_types.mjs" },
  testEnvironment: "node",
};
