export const EXCLUSIONS_PAGE = '/data/exclusions';
