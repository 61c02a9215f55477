export { didYouMean, nearest } from "@runa/store";
