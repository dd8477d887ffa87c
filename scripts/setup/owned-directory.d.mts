export function createOwnedDirectory(parent: string, kind: string): string;
export function removeOwnedDirectory(directory: string): void;
export function openToOtherUsers(directory: string): boolean;
