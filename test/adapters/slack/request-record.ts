export * from '../../../scripts/gallery/records.ts';
