// The package ships this entry without types; it is imported for its effect.
declare module "@hyperjump/json-schema/formats";
